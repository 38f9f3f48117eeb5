/** The tools around the text come when the document is shown and nothing else is to do. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Session } from '../collab/session';
import type { Editor } from '../editor/editor';
import { whenIdle } from '../ui/whenIdle';
import type { Tools } from './tools';

export function useTools(editor: Editor | null, session: Session): Tools | null {
  const tools = useSignal<Tools | null>(null);
  useEffect(() => {
    if (!editor) return undefined;
    let wanted = true;
    const stop = whenIdle(() => {
      void import('./tools').then(({ Tools }) => {
        // It may be closed already, and the effect not be undone yet.
        if (wanted && !editor.surface.isDestroyed) tools.value = new Tools(editor.surface, session);
      });
    });
    return () => {
      wanted = false;
      stop();
      const last = tools.peek();
      tools.value = null;
      last?.destroy();
    };
  }, [editor, session]);
  return tools.value;
}
