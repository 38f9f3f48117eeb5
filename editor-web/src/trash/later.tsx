/** The place of the trash; it comes when the list is shown and nothing else is to do. */
import { useEffect, useState } from 'preact/hooks';
import { whenIdle } from '../ui/whenIdle';

type Button = typeof import('./button').TrashButton;

export function Trash({ onRestored }: { onRestored: () => void }) {
  const [Button, setButton] = useState<Button | null>(null);
  useEffect(
    () =>
      whenIdle(() => {
        // What cannot be fetched now is left out: without the server there is no trash to look into either.
        import('./button').then((module) => setButton(() => module.TrashButton)).catch(() => undefined);
      }),
    [],
  );
  return Button && <Button onRestored={onRestored} />;
}
