import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { actionIds, actions, keysLabel } from '../editor/actions';
import { words } from '../i18n';
import { toolsWords } from '../i18n/tools';
import { Dialog } from '../ui/dialog';
import { toolKeys } from './keys';

const mac = /Mac|iPhone|iPad/.test(navigator.platform);

interface Shortcut {
  readonly name: string;
  readonly keys: string;
}

interface Group {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** Every shortcut, from the tables that bind them. */
function groups(): readonly Group[] {
  const { editor } = words.value;
  const { shortcuts: say, view } = toolsWords.value;
  const named: Readonly<Record<string, string>> = editor as unknown as Record<string, string>;
  const writing = actionIds.flatMap((id) => {
    const { keys } = actions[id];
    const name = named[id];
    return keys && name ? [{ name, keys: keysLabel(keys, mac) }] : [];
  });
  const tools: Shortcut[] = [
    { name: view.find, keys: `${keysLabel(toolKeys.find, mac)}, ${keysLabel(toolKeys.replace, mac)}` },
    { name: view.outline, keys: keysLabel(toolKeys.outline, mac) },
    { name: view.focus, keys: keysLabel(toolKeys.focus, mac) },
    { name: say.toToolbar, keys: keysLabel('Alt-F10', mac) },
    { name: say.moveUp, keys: keysLabel('Alt-Shift-↑', mac) },
    { name: say.moveDown, keys: keysLabel('Alt-Shift-↓', mac) },
    { name: say.help, keys: `?, ${keysLabel(toolKeys.help, mac)}` },
    { name: say.leave, keys: 'Esc' },
  ];
  const typed: Shortcut[] = [
    { name: say.heading, keys: '#, ##, ###' },
    { name: say.bullets, keys: '-' },
    { name: say.numbers, keys: '1.' },
    { name: say.tasks, keys: '[ ]' },
    { name: say.quote, keys: '>' },
    { name: say.codeBlock, keys: '```' },
    { name: say.divider, keys: '---' },
    { name: say.insert, keys: '/' },
    { name: say.mention, keys: '@' },
    { name: say.emoji, keys: ':' },
  ];
  return [
    { title: say.writing, shortcuts: writing },
    { title: say.tools, shortcuts: tools },
    { title: `${say.typed} (${say.atLineStart})`, shortcuts: typed },
  ];
}

/** The help for the keyboard: to search in, and to leave with Escape. */
export function Shortcuts({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const query = useSignal('');
  const { shortcuts: say } = toolsWords.value;

  const wanted = query.value.trim().toLocaleLowerCase();
  const shown = groups()
    .map(({ title, shortcuts }) => ({
      title,
      shortcuts: shortcuts.filter(({ name, keys }) => `${name} ${keys}`.toLocaleLowerCase().includes(wanted)),
    }))
    .filter(({ shortcuts }) => shortcuts.length > 0);

  return (
    <Dialog dialog={dialog} class="shortcuts" title={say.title} onClose={onClose}>
      <input
        class="field"
        type="text"
        inputMode="search"
        autocomplete="off"
        autofocus
        aria-label={say.search}
        placeholder={say.search}
        value={query.value}
        onInput={(event) => (query.value = event.currentTarget.value)}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section class="shortcuts-list" tabIndex={0} aria-label={say.title}>
        {shown.length === 0 && <p role="status">{say.none}</p>}
        {shown.map(({ title, shortcuts }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {shortcuts.map(({ name, keys }) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    <kbd dir="ltr">{keys}</kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </section>
    </Dialog>
  );
}
