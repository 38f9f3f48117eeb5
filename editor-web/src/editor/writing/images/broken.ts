/** An image that cannot be shown says what it shows and where it lies, instead of being a torn box. */
import { Plugin } from '@tiptap/pm/state';

export function broken(): Plugin {
  return new Plugin({
    view: ({ dom }) => {
      const look = ({ target }: Event) => {
        if (target instanceof HTMLImageElement) mark(target);
      };
      for (const image of dom.querySelectorAll('img')) mark(image);
      // Neither bubbles.
      for (const event of ['error', 'load']) dom.addEventListener(event, look, true);
      return {
        destroy: () => {
          for (const event of ['error', 'load']) dom.removeEventListener(event, look, true);
        },
      };
    },
  });
}

/** On the box around it, which is redrawn with the image, and holds nothing that is content. */
function mark(image: HTMLImageElement): void {
  const figure = image.closest<HTMLElement>('figure.image');
  const source = image.getAttribute('src') ?? '';
  if (!figure || !source || !image.complete) return;
  const missing = image.naturalWidth === 0;
  figure.classList.toggle('is-broken', missing);
  if (missing) figure.dataset.source = source.replace(/^data:.*/s, '');
  else delete figure.dataset.source;
}
