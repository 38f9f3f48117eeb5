import { getSchema } from '@tiptap/core';
import { expect, test } from 'vitest';
import { schema } from '../extensions';
import { allowedColour } from '../marks/colour';
import { allowedSource } from './image';
import { columnWidths } from './tableView';

const model = getSchema(schema);

test.each(['/files/0a1b2c', 'https://x.y/z.png?a=b', 'http://x.y/z', 'data:image/png;base64,AAAA', ' https://x.y/z '])(
  'an image may come from %s',
  (source) => expect(allowedSource(source)).toBe(source.trim()),
);

test.each([
  ...['javascript:alert(1)', 'data:image/svg+xml,<svg/>', 'data:text/html,x', 'file:///etc/passwd', '//x.y/z', ''],
  ...['/files/../api', '/api/documents', 'files/abc', 'https://', 'data:image/pngx,AAAA', null, 7, {}],
])('an image may not come from %s', (source) => expect(allowedSource(source)).toBeNull());

test.each(['#abc', '#A1B2C3', 'rgb(1, 2, 3)', 'rgb(1 2 3)', 'rgba(1,2,3,0.5)', 'teal', ' red '])(
  '%s is a colour',
  (colour) => expect(allowedColour(colour)).toBe(colour.trim()),
);

test.each(['#ab', '#abcde', 'url(x)', 'var(--x)', 'red;position:fixed', 'inherit', 'expression(1)', '', null, 3])(
  '%s is no colour',
  (colour) => expect(allowedColour(colour)).toBeNull(),
);

test('the widths of columns stand in the first row, and what is no width is none', () => {
  const cell = (attrs: object) => model.node('tableCell', attrs, [model.node('paragraph')]);
  const row = model.node('tableRow', null, [
    cell({ colwidth: [120] }),
    cell({ colspan: 3, colwidth: [50, -1, 'wide'] }),
    cell({ colwidth: 'all' }),
  ]);
  const table = model.node('table', null, [row]);
  expect(columnWidths(table)).toEqual([120, 50, null, null, null]);
});

test('letters are below or above the line, never both, and never twice', () => {
  const { subscript, superscript, bold } = model.marks;
  for (const [one, other] of [
    [subscript, superscript],
    [superscript, subscript],
  ]) {
    expect(one?.excludes(one)).toBe(true);
    expect(other && one?.excludes(other)).toBe(true);
    expect(bold && one?.excludes(bold)).toBe(false);
  }
});
