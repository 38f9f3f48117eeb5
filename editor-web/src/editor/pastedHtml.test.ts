import { expect, test } from 'vitest';
import { disarmed } from './pastedHtml';

test('styles travel under another name', () => {
  expect(disarmed('<b style="font-weight:normal"><p STYLE = "a">x</p></b>')).toBe(
    '<b data-pasted-style="font-weight:normal"><p data-pasted-style = "a">x</p></b>',
  );
});

test('handlers are taken out of the way, however they are squeezed in', () => {
  const html = disarmed('<img src=x onerror=alert(1)><svg/onload=x()><a title="x"onclick="y()">z</a>');
  expect(html).not.toMatch(/\bon(error|load|click)\b/);
});

test('words are not touched', () => {
  const html = '<p>set style="x" and onclick = y, if a < b</p>';
  expect(disarmed(html)).toBe(html);
});
