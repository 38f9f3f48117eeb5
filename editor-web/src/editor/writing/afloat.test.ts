import { beforeEach, expect, test, vi } from 'vitest';
import { afloat } from './afloat';

let frames: (() => void)[];

beforeEach(() => {
  frames = [];
  vi.stubGlobal('Node', class {});
  vi.stubGlobal('addEventListener', vi.fn());
  vi.stubGlobal('removeEventListener', vi.fn());
  vi.stubGlobal('requestAnimationFrame', (task: () => void) => frames.push(task));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => {
    frames[id - 1] = () => {};
  });
  return () => vi.unstubAllGlobals();
});

/** A layer in a browser that shows no popover while it closes another, as Firefox does. */
function place() {
  const browser = { closing: false, shown: false };
  const layer = {
    classList: { add() {} },
    hidePopover() {
      browser.shown = false;
    },
    showPopover() {
      if (browser.closing) throw new DOMException('during the hide of another popover', 'InvalidStateError');
      browser.shown = true;
    },
  };
  const text = new EventTarget();
  const sink = afloat(layer as unknown as HTMLElement, text as HTMLElement, () => {});
  const closeMenu = () => {
    browser.closing = true;
    text.dispatchEvent(new Event('focusin'));
    browser.closing = false;
  };
  return { browser, sink, closeMenu };
}

const draw = () => {
  for (const task of frames.splice(0)) task();
};

test('the tools are shown after a menu has closed and given the focus back to the text', () => {
  const { browser, closeMenu } = place();
  closeMenu();
  draw();
  expect(browser.shown).toBe(true);
});

test('tools that were put away do not come back', () => {
  const { browser, sink, closeMenu } = place();
  closeMenu();
  sink();
  browser.shown = false;
  draw();
  expect(browser.shown).toBe(false);
});
