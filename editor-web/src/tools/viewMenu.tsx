import {
  BookOpen,
  Check,
  Focus,
  type IconNode,
  Keyboard,
  MoveHorizontal,
  Printer,
  Search,
  TableOfContents,
} from 'lucide';
import { keysLabel } from '../editor/actions';
import { toolsWords } from '../i18n/tools';
import { Icon } from '../ui/icon';
import { Popover } from '../ui/popover';
import { toolKeys } from './keys';
import type { Tools } from './tools';

const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** What else one can do with the text: look through it, look at it differently, print it. */
export function ViewMenu({ tools }: { tools: Tools }) {
  const { view: names, counts } = toolsWords.value;
  const { view, find } = tools;
  const all = tools.survey.counts.value;
  return (
    <Popover kind="menu" class="icon-button" label={names.title} trigger={<Icon of={BookOpen} />}>
      {(close) => {
        const then = (run: () => void) => () => {
          close();
          run();
        };
        return (
          <>
            <Item icon={Search} name={names.find} keys={toolKeys.find} run={then(() => find.open('replace'))} />
            <Item
              icon={TableOfContents}
              name={names.outline}
              keys={toolKeys.outline}
              on={view.outline.value}
              run={then(() => tools.toggleOutline())}
            />
            <Item
              icon={MoveHorizontal}
              name={names.wide}
              on={view.wide.value}
              run={then(() => (view.wide.value = !view.wide.peek()))}
            />
            <Item
              icon={Focus}
              name={names.focus}
              keys={toolKeys.focus}
              on={view.focus.value}
              run={then(() => tools.toggleFocus())}
            />
            <Item icon={Printer} name={names.print} keys="Mod-P" run={then(() => print())} />
            <Item
              icon={Keyboard}
              name={names.shortcuts}
              keys={toolKeys.help}
              run={then(() => (tools.help.value = true))}
            />
            {all && (
              <p class="hint">
                {counts.words(all.words)} · {counts.minutes(all.minutes)}
              </p>
            )}
          </>
        );
      }}
    </Popover>
  );
}

interface ItemProps {
  readonly icon: IconNode;
  readonly name: string;
  readonly keys?: string;
  /** Absent for what is done once. */
  readonly on?: boolean;
  readonly run: () => void;
}

function Item({ icon, name, keys, on, run }: ItemProps) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: it is a checkbox of the menu where it can be on
    <button
      type="button"
      role={on === undefined ? 'menuitem' : 'menuitemcheckbox'}
      aria-checked={on}
      class="menu-item"
      onClick={run}
    >
      <span class="menu-label">
        <Icon of={icon} /> {name}
      </span>
      {on ? <Icon of={Check} size={16} /> : keys && <kbd dir="ltr">{keysLabel(keys, mac)}</kbd>}
    </button>
  );
}
