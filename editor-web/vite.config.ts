import { defineConfig } from 'vite';
import { earlyTheme } from './build/earlyTheme.ts';
import { firstLoad } from './build/firstLoad.ts';
import { katexFonts } from './build/katexFonts.ts';
import { smallerLib0 } from './build/lib0.ts';
import { withoutMarkdown } from './build/withoutMarkdown.ts';

const server = process.env.COSCRIBE_URL ?? 'http://127.0.0.1:8080';
const toServer = { target: server, changeOrigin: false };

export default defineConfig({
  plugins: [earlyTheme(), katexFonts(), smallerLib0(), withoutMarkdown()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: ['chrome123', 'firefox128', 'safari17.5'],
    // The server allows no `data:` but for images: every asset is a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    sourcemap: false,
    rolldownOptions: { output: { codeSplitting: { groups: firstLoad() } } },
    chunkSizeWarningLimit: 700, // the budget is weighed compressed, by build/budget.mjs
  },
  server: {
    proxy: { '/api': toServer, '/files': toServer, '/hocuspocus': { ...toServer, ws: true } },
  },
});
