/** The place of the template menu; it comes when the list is shown and nothing else is to do. */
import { useEffect, useState } from 'preact/hooks';
import { whenIdle } from '../ui/whenIdle';

type Menu = typeof import('./menu').TemplateMenu;

export function Templates() {
  const [Menu, setMenu] = useState<Menu | null>(null);
  useEffect(
    () =>
      whenIdle(() => {
        // What cannot be fetched now is left out: without the server there is nothing to make either.
        import('./menu').then((module) => setMenu(() => module.TemplateMenu)).catch(() => undefined);
      }),
    [],
  );
  return Menu && <Menu />;
}
