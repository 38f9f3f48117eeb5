/**
 * The style sheets of the element: made once, and shared by the shadow trees of all its copies on a page.
 *
 * Typefaces are the page's affair in every browser: a shadow tree cannot bring its own, so they are added to the page.
 */

const sheets: CSSStyleSheet[] = [];
const trees = new Set<ShadowRoot>();

/** Let a tree have the sheets that there are, and those that come with later parts. */
export function dress(tree: ShadowRoot): void {
  trees.add(tree);
  tree.adoptedStyleSheets = [...sheets];
}

export function undress(tree: ShadowRoot): void {
  trees.delete(tree);
}

export function adopt(css: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  for (const rule of sheet.cssRules) if (rule instanceof CSSFontFaceRule) addTypeface(rule.style);
  sheets.push(sheet);
  for (const tree of trees) tree.adoptedStyleSheets.push(sheet);
}

function addTypeface(style: CSSStyleDeclaration): void {
  const said = (name: string, otherwise: string) => style.getPropertyValue(name) || otherwise;
  document.fonts.add(
    new FontFace(said('font-family', '').replace(/^["']|["']$/g, ''), said('src', ''), {
      style: said('font-style', 'normal'),
      weight: said('font-weight', 'normal'),
      unicodeRange: said('unicode-range', 'U+0-10FFFF'),
      display: 'swap',
    }),
  );
}
