import { expect, test } from 'vitest';
import { ar } from './ar';
import { de } from './de';
import { en, type TemplateId, type TemplateMessages } from './en';

const languages: Readonly<Record<string, TemplateMessages>> = { en, de, ar };
const ids = Object.keys(en.templates) as TemplateId[];

/** What a text is made of, block by block, whatever the language. */
function shapeOf(markdown: string): string[] {
  return markdown.split('\n').flatMap((line) => /^(#+ |- \[ \] |- |\d+\. |\||> )/.exec(line)?.[1] ?? []);
}

test.each(Object.entries(languages))('the templates in %s are whole', (_, { templates }) => {
  expect(Object.keys(templates)).toEqual(ids);
  for (const id of ids) {
    const { name, hint, title, markdown } = templates[id];
    expect(name && hint && title('1 May'), id).toBeTruthy();
    expect(shapeOf(markdown), id).toEqual(shapeOf(en.templates[id].markdown));
    expect(markdown, id).toMatch(/^\|/m);
    expect(markdown, id).toMatch(/^- \[ \] /m);
  }
});
