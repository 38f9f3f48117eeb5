import { expect, test } from 'vitest';
import { inTree } from './shadowStyles.ts';

test('what is said of the page is said of the frame, in its measure', () => {
  const css = `:root[data-theme="dark"] {
  --space: 0.25rem;
}
body {
  --rem: var(--coscribe-rem, 1rem);
  margin: 1rem -2rem 0 a1rem;
}
@media (max-width: 40rem) {
  :root {
    --size: min(1rem, 50vw);
  }
}
@media (pointer: coarse) {
}`;
  expect(inTree(css)).toBe(`.embed[data-theme="dark"] {
  --space: calc(0.25 * var(--rem));
}
.embed {
  --rem: var(--coscribe-rem, 1rem);
  margin: calc(1 * var(--rem)) calc(-2 * var(--rem)) 0 a1rem;
}
@container coscribe (max-width: 40rem) {
  .embed {
    --size: min(calc(1 * var(--rem)), 50vw);
  }
}
@media (pointer: coarse) {
}`);
});
