/** Builds `<coscribe-editor>` for pages of others: one module at a stable path, and what it asks for beside it. */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { katexFonts } from './build/katexFonts.ts';
import { smallerLib0 } from './build/lib0.ts';
import { openTrees } from './build/openTrees.ts';
import { shadowStyles } from './build/shadowStyles.ts';
import { withoutMarkdown } from './build/withoutMarkdown.ts';

/** Everything keeps things in the page's storage; here, in memory. */
function borrowedDevice(): Plugin {
  const own = fileURLToPath(new URL('src/embed/device.ts', import.meta.url));
  return {
    name: 'borrowed-device',
    enforce: 'pre',
    resolveId: (source, importer) => (/\/ui\/device$/.test(source) && importer !== own ? own : null),
  };
}

export default defineConfig({
  plugins: [borrowedDevice(), shadowStyles(), openTrees(), katexFonts(), smallerLib0(), withoutMarkdown()],
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
