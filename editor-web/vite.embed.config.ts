/** Builds `<coscribe-editor>` for pages of others: one module at a stable path, and what it asks for beside it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { katexFonts } from './build/katexFonts.ts';
import { smallerLib0 } from './build/lib0.ts';
import { openTrees } from './build/openTrees.ts';
import { shadowStyles } from './build/shadowStyles.ts';
import { withoutMarkdown } from './build/withoutMarkdown.ts';

/** What is otherwise on a page of others: things are kept in memory, and words are looked for without a worker. */
const OTHERWISE: ReadonlyArray<readonly [what: RegExp, own: string]> = [
  [/\/ui\/device$/, here('src/embed/device.ts')],
  [/\/searcher$/, here('src/embed/searcher.ts')],
];

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

function borrowed(): Plugin {
  return {
    name: 'borrowed',
    enforce: 'pre',
    resolveId(source, importer) {
      const own = OTHERWISE.find(([what]) => what.test(source))?.[1];
      return own !== undefined && importer !== own ? own : null;
    },
  };
}

/** Lays the types beside the module, for applications in TypeScript. */
function types(): Plugin {
  const fileName = 'coscribe-editor.d.ts';
  return {
    name: 'types',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName, source: readFileSync(here(`src/embed/types/${fileName}`)) });
    },
  };
}

export default defineConfig({
  plugins: [borrowed(), types(), shadowStyles(), openTrees(), katexFonts(), smallerLib0(), withoutMarkdown()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  publicDir: false,
  base: './',
  build: {
    outDir: 'dist/embed',
    target: ['chrome123', 'firefox128', 'safari17.5'],
    assetsInlineLimit: 0,
    // A page of others gets no links into its head.
    modulePreload: false,
    manifest: true,
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      input: { 'coscribe-editor': 'src/embed/coscribe-editor.ts' },
      preserveEntrySignatures: 'exports-only',
      output: { entryFileNames: '[name].js' },
    },
  },
});
