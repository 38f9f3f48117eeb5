import type { Node } from '@tiptap/pm/model';
import type { EditorState } from '@tiptap/pm/state';
import { ChevronDown, Copy } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { writingWords } from '../../i18n/writing';
import { copy } from '../../ui/clipboard';
import { Icon } from '../../ui/icon';
import { Popover } from '../../ui/popover';
import { CALLOUT_KINDS } from '../nodes/callout';
import { BarButton } from './bar';
import { type BlockId, calloutIcon } from './blocks';
import { LANGUAGES } from './languages';
import { MenuItem } from './menuItem';
import { put } from './places';
import type { Tools } from './writing';

interface Found {
  readonly node: Node;
  readonly pos: number;
}

/** At the corner of the block with the caret: the language of code, the kind of a callout. */
export function BlockBar({ tools }: { tools: Tools }) {
  const { state, focused, dragging } = tools.seen.value;
  const found = focused && !dragging ? blockAround(state) : null;
  const dom = found && tools.tiptap.view.nodeDOM(found.pos);
  const bar = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (!bar.current || !(dom instanceof HTMLElement)) return;
    const box = dom.getBoundingClientRect();
    const backwards = getComputedStyle(tools.layer).direction === 'rtl';
    put(bar.current, backwards ? box.left + 6 : box.right - bar.current.offsetWidth - 6, box.top + 4);
  });

  if (!found || !(dom instanceof HTMLElement)) return null;
  const say = writingWords.value;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset belongs to a form
    <div
      ref={bar}
      class="block-bar"
      role="group"
      aria-label={say.blockTools}
      data-bar
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        tools.tiptap.view.focus();
      }}
    >
      {found.node.type.name === 'codeBlock' ? (
        <CodeTools tools={tools} found={found} />
      ) : (
        <KindMenu tools={tools} found={found} />
      )}
    </div>
  );
}

function CodeTools({ tools, found }: { tools: Tools; found: Found }) {
  const say = writingWords.value.code;
  const language = String(found.node.attrs.language ?? '');
  const known = LANGUAGES.some(([id]) => id === language);
  return (
    <>
      <select
        class="block-select"
        aria-label={say.language}
        value={language}
        onChange={(event) => {
          set(tools, found.pos, 'language', event.currentTarget.value || null);
          tools.tiptap.view.focus();
        }}
      >
        <option value="">{say.plain}</option>
        {language && !known && <option value={language}>{language}</option>}
        {LANGUAGES.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <BarButton icon={Copy} label={say.copy} onPress={() => void copy(found.node.textContent, say)} />
    </>
  );
}

function KindMenu({ tools, found }: { tools: Tools; found: Found }) {
  const say = writingWords.value;
  const kind = String(found.node.attrs.kind) as BlockId;
  return (
    <Popover
      kind="menu"
      class="tool tool-kind"
      label={`${say.calloutKind}: ${say.blocks[kind] ?? say.blocks.note}`}
      trigger={
        <>
          <Icon of={calloutIcon(kind)} size={16} />
          <Icon of={ChevronDown} size={14} />
        </>
      }
    >
      {(close) =>
        CALLOUT_KINDS.map((one) => (
          <MenuItem
            key={one}
            icon={calloutIcon(one)}
            label={say.blocks[one]}
            checked={one === kind}
            radio
            onPress={() => {
              close();
              set(tools, found.pos, 'kind', one);
              tools.tiptap.view.focus();
            }}
          />
        ))
      }
    </Popover>
  );
}

function set({ tiptap }: Tools, pos: number, attribute: string, value: unknown): void {
  tiptap.view.dispatch(tiptap.state.tr.setNodeAttribute(pos, attribute, value));
}

function blockAround({ selection: { $from, $to } }: EditorState): Found | null {
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth);
    const shared = $to.depth >= depth && $to.node(depth) === node;
    if (shared && ['codeBlock', 'callout'].includes(node.type.name)) return { node, pos: $from.before(depth) };
  }
  return null;
}
