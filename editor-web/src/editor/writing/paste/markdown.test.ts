import { expect, test } from 'vitest';
import { htmlOf, isMarkdown } from './markdown';

test.each([
  '# Title',
  '- one\n- two',
  '1. one\n2. two',
  '**bold** words',
  'see [this](https://example.org)',
  '```\ncode\n```',
  'a | b\n--- | ---\n1 | 2',
  '- [ ] open',
  '> [!NOTE]\n> words',
  'some `code` and *more*',
])('%j is Markdown', (text) => {
  expect(isMarkdown(text)).toBe(true);
});

test.each([
  'plain words',
  '2 * 3 * 4 = 24',
  'snake_case_name and other_name',
  'cost: $5 and $6',
  '#hashtag',
  '- a dash at the start of one line',
  'Hello,\n\n-- \nAda',
  'https://example.org/a_b_c',
  'x'.repeat(500_001).replace(/^x/, '# '),
])('%.40j is not', (text) => {
  expect(isMarkdown(text)).toBe(false);
});

test('HTML in Markdown stays text', () => {
  expect(htmlOf('a <img src=x onerror=alert(1)> b')).not.toContain('<img');
  expect(htmlOf('<script>x</script>')).not.toContain('<script');
  expect(htmlOf('$<img>$')).not.toContain('<img');
});

test('points and tasks that follow each other are two lists', () => {
  const html = htmlOf('- a\n- [x] b\n- [ ] c');
  expect(html.match(/<ul/g)).toHaveLength(2);
  expect(html).toContain('data-checked="true"');
});

test('code ends where its last line ends', () => {
  expect(htmlOf('```js\nx\n```')).toBe('<pre><code class="language-js">x</code></pre>');
});

test('prices are no formulas', () => {
  expect(htmlOf('It is $5, then $6.')).not.toContain('math');
  expect(htmlOf('It is $x$.')).toContain('data-latex="x"');
});
