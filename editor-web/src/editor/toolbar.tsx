import { ChevronDown } from 'lucide';
import { useRef } from 'preact/hooks';
import { words } from '../i18n';
import { focusedBeside } from '../ui/focused';
import { Icon } from '../ui/icon';
import { Popover } from '../ui/popover';
import { type ActionId, actions, type BlockKind, keysLabel } from './actions';
import type { Editor } from './editor';

const kinds: readonly BlockKind[] = ['paragraph', 'heading1', 'heading2', 'heading3'];
const groups: ReadonlyArray<readonly ActionId[]> = [
  ['bold', 'italic', 'underline', 'strike', 'highlight', 'code', 'link'],
  ['bulletList', 'orderedList', 'taskList'],
  ['blockquote', 'codeBlock', 'divider'],
];

const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** The formatting bar: one stop for the Tab key, arrow keys inside. */
export function Toolbar({ editor, disabled }: { editor: Editor | null; disabled: boolean }) {
  const bar = useRef<HTMLDivElement>(null);
  const tools = editor?.tools.value;
  const shared = { editor, disabled };
  return (
    <div
      ref={bar}
      class="toolbar"
      role="toolbar"
      aria-label={words.value.editor.toolbar}
      onKeyDown={walk}
      // The text keeps its selection while a button is pressed.
      onMouseDown={(event) => event.preventDefault()}
    >
      <div class="tools">
        <Tool id="undo" {...shared} disabled={disabled || !tools?.canUndo} first />
        <Tool id="redo" {...shared} disabled={disabled || !tools?.canRedo} />
      </div>
      <div class="tools">
        <Kind {...shared} />
      </div>
      {groups.map((group) => (
        <div class="tools" key={group[0]}>
          {group.map((id) => (
            <Tool key={id} id={id} {...shared} />
          ))}
        </div>
      ))}
      <Late {...shared} />
    </div>
  );
}

/** What comes with the writing tools; its place is kept free until then. */
function Late({ editor, disabled }: Omit<ToolProps, 'id'>) {
  const writing = editor?.writing.value;
  return <div class="tools tools-late">{writing && <writing.Menus tools={writing.tools} disabled={disabled} />}</div>;
}

interface ToolProps {
  readonly id: ActionId;
  readonly editor: Editor | null;
  readonly disabled: boolean;
  readonly first?: boolean;
}

function Tool({ id, editor, disabled, first = false }: ToolProps) {
  const { icon, keys, active } = actions[id];
  const name = words.value.editor[id];
  return (
    <button
      type="button"
      class="tool"
      tabIndex={first ? 0 : -1}
      aria-label={name}
      aria-pressed={active ? (editor?.tools.value.active.has(id) ?? false) : undefined}
      aria-disabled={disabled || undefined}
      data-tool={id}
      data-tip={keys ? `${name}\u2002${keysLabel(keys, mac)}` : name}
      onClick={() => !disabled && editor?.run(id)}
    >
      <Icon of={icon} />
    </button>
  );
}

function Kind({ editor, disabled }: Omit<ToolProps, 'id'>) {
  const active = editor?.tools.value.active;
  const current = kinds.find((kind) => active?.has(kind)) ?? 'paragraph';
  const { editor: names } = words.value;
  return (
    <Popover
      kind="menu"
      class="tool tool-wide"
      label={`${names.blockType}: ${names[current]}`}
      disabled={disabled}
      tabIndex={-1}
      trigger={
        <>
          <span class="tool-label">{names[current]}</span>
          <Icon of={ChevronDown} size={14} />
        </>
      }
    >
      {(close) =>
        kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            role="menuitemradio"
            aria-checked={kind === current}
            class={`menu-item kind kind-${kind}`}
            onClick={() => {
              close();
              editor?.run(kind);
            }}
          >
            <span class="menu-label">{names[kind]}</span>
            <kbd>{keysLabel(actions[kind].keys ?? '', mac)}</kbd>
          </button>
        ))
      }
    </Popover>
  );
}

function walk(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
  const bar = event.currentTarget as HTMLElement;
  const buttons = [...bar.querySelectorAll<HTMLElement>('.tool')];
  const at = buttons.indexOf(focusedBeside(bar) as HTMLElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  const last = buttons.length - 1;
  const next = Number.isFinite(step) ? (at + step + buttons.length) % buttons.length : step < 0 ? 0 : last;
  for (const button of buttons) button.tabIndex = -1;
  const target = buttons[next];
  if (target) {
    target.tabIndex = 0;
    target.focus();
  }
}
