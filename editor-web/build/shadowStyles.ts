import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const ADOPT = fileURLToPath(new URL('../src/embed/styles.ts', import.meta.url));
/** Anything whose name ends in `.css` would be taken for a sheet itself. */
const ADOPTED = '\0adopted:';

/**
 * Makes every style sheet that a module imports one of the element's shadow trees.
 *
 * A page of others must neither get our styles nor need to allow them: constructed sheets ask for no permission in a
 * content security policy.
 */
export function shadowStyles(): Plugin {
  return {
    name: 'shadow-styles',
    enforce: 'pre',
    async resolveId(source, importer) {
      if (!source.endsWith('.css')) return null;
      const found = await this.resolve(source, importer, { skipSelf: true });
      return found && ADOPTED + found.id.replace(/\.css$/, '');
    },
    load(id) {
      if (!id.startsWith(ADOPTED)) return null;
      const sheet = `${id.slice(ADOPTED.length)}.css?inline`;
      return `import { adopt } from ${JSON.stringify(ADOPT)};
import sheet from ${JSON.stringify(sheet)};
adopt(sheet);`;
    },
    transform(code, id) {
      return /\.css\?inline$/.test(id) ? inTree(code) : null;
    },
  };
}

/** A sheet of a page as one of an element: what it says of the page is said of the element's frame. */
export function inTree(css: string): string {
  return css
    .split('\n')
    .map((line) => (line.startsWith('@') ? narrow(line) : scaled(line)))
    .join('\n')
    .replace(/:root\b/g, '.embed')
    .replace(/^(html|body)\b/gm, '.embed');
}

/** The width that counts is the element's; of the device, all else. */
function narrow(line: string): string {
  return line.replace(/^@media (\((?:max|min)-width: [\d.]+rem\)) \{/, '@container coscribe $1 {');
}

/** Sizes follow the page's type size, or the one that it says is the editor's. */
function scaled(line: string): string {
  if (line.includes('--rem:')) return line; // here it is said
  return line.replace(/(?<![\w.-])(-?(?:\d*\.)?\d+)rem\b/g, 'calc($1 * var(--rem))');
}
