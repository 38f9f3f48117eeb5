import type { Plugin } from 'vite';

const OLDER_FORMATS = /,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\(['"]?(?:woff|truetype)['"]?\)/g;

/** Leaves one format of KaTeX's typefaces: every browser that the editor supports reads it. */
export function katexFonts(): Plugin {
  return {
    name: 'katex-fonts',
    enforce: 'pre',
    transform(code, id) {
      return /katex[\\/]dist[\\/]katex\.css/.test(id) ? code.replace(OLDER_FORMATS, '') : null;
    },
  };
}
