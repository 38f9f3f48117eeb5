/** Bundles the bare page for `editor.py`; run in `editor-web`, whose packages it is made of. */
import { join } from 'node:path';

const packages = join(process.cwd(), 'node_modules');

export default {
  publicDir: false,
  define: { 'process.env.NODE_ENV': '"production"' },
  resolve: { alias: [{ find: /^(@tiptap\/(?!pm)|y-protocols|yjs)(.*)$/, replacement: `${packages}/$1$2` }] },
  build: {
    target: 'esnext',
    emptyOutDir: true,
    lib: { entry: new URL('bare.js', import.meta.url).pathname, formats: ['es'], fileName: () => 'bare.js' },
  },
};
