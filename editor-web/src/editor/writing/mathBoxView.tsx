import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { words } from '../../i18n';
import { writingWords } from '../../i18n/writing';
import type { MathBox, MathState } from './mathBox';
import { beside } from './places';

/** LaTeX above, the formula below; Enter takes it over. */
export function MathBoxView({ box }: { box: MathBox }) {
  const state = box.state.value;
  return state && <Form box={box} state={state} />;
}

function Form({ box, state }: { box: MathBox; state: MathState }) {
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const latex = useSignal(state.latex);
  const say = writingWords.value.math;

  useLayoutEffect(() => {
    if (form.current) beside(form.current, state.anchor);
  });
  useLayoutEffect(() => field.current?.select(), []);

  const apply = () => box.apply(latex.peek().trim());
  return (
    <form
      ref={form}
      class="float math-box"
      aria-label={say.tools}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
      onFocusOut={({ currentTarget, relatedTarget }) => {
        const left = relatedTarget instanceof Node && !currentTarget.contains(relatedTarget);
        if (left && box.state.peek()) apply();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') box.close();
        else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.target === field.current)
          apply();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <textarea
        ref={field}
        class="field math-field"
        dir="ltr"
        rows={2}
        spellcheck={false}
        autocomplete="off"
        aria-label={say.latex}
        placeholder={say.hint}
        defaultValue={state.latex}
        onInput={(event) => (latex.value = event.currentTarget.value)}
      />
      <Drawn latex={latex.value} display={state.display} />
      <div class="math-actions">
        <button type="submit" class="button button-small button-primary">
          {words.value.editor.linkApply}
        </button>
        <button type="button" class="button button-small button-quiet" onClick={() => box.apply('')}>
          {say.remove}
        </button>
      </div>
    </form>
  );
}

function Drawn({ latex, display }: { latex: string; display: boolean }) {
  const drawn = useRef<HTMLDivElement>(null);
  const problem = useSignal('');
  useEffect(() => {
    let wanted = true;
    void import('../nodes/typeset').then(({ typeset }) => {
      if (!wanted || !drawn.current) return;
      try {
        if (latex.trim()) typeset(latex, drawn.current, display);
        else drawn.current.replaceChildren();
        problem.value = '';
      } catch (error) {
        problem.value = error instanceof Error ? error.message.replace(/^KaTeX parse error: /, '') : '';
      }
    });
    return () => {
      wanted = false;
    };
  }, [latex, display]);
  return (
    <>
      <div ref={drawn} class="math-drawn" />
      <p class="field-problem" role="status" dir="ltr">
        {problem.value}
      </p>
    </>
  );
}
