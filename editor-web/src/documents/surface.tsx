import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Session } from '../collab/session';
import { Editor, type EditorWords } from '../editor/editor';
import { LinkBoxView } from '../editor/linkBoxView';
import { words } from '../i18n';
import { arrivedNew } from '../ui/router';
import { isEnded } from './ended';

interface Props {
  readonly session: Session;
  readonly writable: boolean;
  readonly onEditor: (editor: Editor | null) => void;
  /** The title stands over the text. */
  readonly titled?: boolean;
}

/** The sheet: the title, and below it the text as soon as there is something true to show. */
export function Surface({ session, writable, onEditor, titled = true }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const editor = useSignal<Editor | null>(null);
  /** Counts how often the editor had to be opened anew, for something that came while it was open. */
  const round = useSignal(0);
  const served = session.schema.value?.fingerprint;
  const open = session.stage.value === 'open' && !isEnded(session.access.value);

  useEffect(() => {
    if (!open || !element.current) return undefined;
    let wanted = true;
    const show = (opened: Editor | null) => {
      if (!wanted) return opened?.destroy();
      editor.value = opened;
      onEditor(opened);
    };
    const host = { wanted: () => wanted, reopen: () => (round.value += 1) };
    void Editor.open(element.current, session, editorWords(), host).then(show);
    return () => {
      wanted = false;
      const last = editor.peek();
      editor.value = null;
      onEditor(null);
      last?.destroy();
    };
  }, [open, session, served, round.value]);

  useEffect(() => editor.value?.setEditable(writable), [editor.value, writable]);

  if (!open) return session.stage.value === 'opening' ? <Waiting /> : null;
  return (
    <article class="sheet">
      {titled && <TitleField session={session} writable={writable} onEnter={() => editor.peek()?.focus('start')} />}
      <div class="text" ref={element} />
      {/* Only a convenience for the pointer; the keyboard reaches the end by itself. */}
      {/* biome-ignore lint/a11y: clicking below the text is not the only way to write there */}
      <div
        class="below"
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => editor.peek()?.continueBelow()}
      />
      {editor.value && <LinkBoxView box={editor.value.linkBox} />}
    </article>
  );
}

function editorWords(): EditorWords {
  const { editor: names, document: say, people, quotes } = words.peek();
  return {
    placeholder: () => words.peek().document.placeholder,
    label: say.body,
    guest: (name) => name || people.guest,
    taskDone: names.taskDone,
    callouts: names.callouts,
    unknown: { content: say.unknownContent, formatting: say.unknownFormatting },
    quotes,
  };
}

interface TitleProps {
  readonly session: Session;
  readonly writable: boolean;
  readonly onEnter: () => void;
}

function TitleField({ session, writable, onEnter }: TitleProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (arrivedNew()) field.current?.focus();
  }, []);
  const text = session.title.text.value;
  const { document: say, untitled } = words.value;
  return (
    // The box grows with a hidden copy of its text.
    <h1 class="title" data-text={`${text || untitled} `}>
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        maxLength={300}
        spellcheck
        aria-label={say.title}
        placeholder={untitled}
        readOnly={!writable}
        value={text}
        onInput={(event) => session.title.edit(event.currentTarget.value.replace(/\n/g, ' '))}
        onBlur={() => void session.title.flush()}
        onKeyDown={(event) => {
          const atEnd = event.currentTarget.selectionStart === event.currentTarget.value.length;
          if (event.isComposing || !(event.key === 'Enter' || (event.key === 'ArrowDown' && atEnd))) return;
          event.preventDefault();
          onEnter();
        }}
      />
    </h1>
  );
}

function Waiting() {
  return (
    <div class="sheet waiting" role="status" aria-label={words.value.document.opening}>
      <span class="wait-title" />
      <span class="wait-line" />
      <span class="wait-line" />
      <span class="wait-line wait-short" />
    </div>
  );
}
