/** An application's script, to be compiled with nothing but the served types. */
import type { CoscribeEditor, CoscribeEditorAttributes, State } from './coscribe-editor';

const editor: CoscribeEditor = document.createElement('coscribe-editor');
editor.document = 'garden/plan';
editor.theme = 'dark';
editor.tokenProvider = async ({ document, reason }) => {
  const answer = await fetch(`/token?${new URLSearchParams({ document, reason })}`);
  return answer.ok ? answer.text() : null;
};

editor.addEventListener('coscribe-status', ({ detail }) => {
  const { state, changes }: { state: State; changes: number } = detail;
  document.title = `${state} ${changes.toFixed(0)}`;
});
editor.addEventListener('coscribe-error', ({ detail: { code, message } }) => {
  if (code === 'unreachable' || code === 'signIn') document.title = message;
});
addEventListener('coscribe-token-needed', ({ target, detail }) => {
  if (target instanceof HTMLElement && detail.reason === 'refused') target.remove();
});

for (const each of document.querySelectorAll('coscribe-editor')) each.focus({ at: 'start' });
const written: Promise<string> = editor.getMarkdown();
const attributes: CoscribeEditorAttributes = { document: 'garden/plan', toolbar: 'status', offline: '' };
document.body.append(editor, await written, JSON.stringify(attributes));

// @ts-expect-error: no such look
editor.theme = 'sepia';
// @ts-expect-error: what is true about saving is not the page's to say
editor.status = 'saved';
editor.addEventListener('coscribe-change', ({ detail }) => {
  // @ts-expect-error: it does not say what has changed
  detail.text;
});
// @ts-expect-error: a state is one of those that there are
const unknown: State = 'lost';
document.title = unknown;
