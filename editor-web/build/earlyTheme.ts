import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const SOURCE = 'src/ui/earlyTheme.js';

/**
 * Sets the chosen theme before the first paint.
 *
 * The content security policy allows no inline script, and a module script runs after the first frame: so the few
 * lines are a file of their own that blocks the parser, with a hashed name like every other asset.
 */
export function earlyTheme(): Plugin {
  let reference = '';
  return {
    name: 'early-theme',
    buildStart() {
      if (this.meta.watchMode || !this.emitFile) return;
      try {
        reference = this.emitFile({ type: 'asset', name: 'theme.js', source: readFileSync(SOURCE, 'utf8') });
      } catch {
        reference = ''; // the development server has no bundle to emit into
      }
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, context) {
        const src = context.bundle && reference ? `/${this_file(context.bundle)}` : `/${SOURCE}`;
        return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }];
      },
    },
  };
}

function this_file(bundle: Record<string, { type: string; fileName: string; names?: string[] }>): string {
  const found = Object.values(bundle).find((file) => file.type === 'asset' && file.names?.includes('theme.js'));
  if (!found) throw new Error('The early theme script is not in the bundle.');
  return found.fileName;
}
