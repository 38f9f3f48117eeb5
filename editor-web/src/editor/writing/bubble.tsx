import { useSignal } from '@preact/signals';
import { type Selection, TextSelection } from '@tiptap/pm/state';
import { CellSelection } from '@tiptap/pm/tables';
import { Bold, ChevronDown, Code, Italic, Link, Strikethrough, Subscript, Superscript, Underline } from 'lucide';
import { words } from '../../i18n';
import { writingWords } from '../../i18n/writing';
import { Icon } from '../../ui/icon';
import { Popover } from '../../ui/popover';
import { keysLabel } from '../actions';
import { Bar, BarButton } from './bar';
import { blocks } from './blocks';
import { ColourMenu } from './colourMenu';
import { currentBlock } from './current';
import { beginStep } from './history';
import { MenuItem } from './menuItem';
import type { Box } from './places';
import type { Tools } from './writing';

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
/** A finger has the menu of its own phone over a selection. */
const finger = matchMedia('(hover: none) and (pointer: coarse)');

const marks = [
  { name: 'bold', icon: Bold, keys: 'Mod-B' },
  { name: 'italic', icon: Italic, keys: 'Mod-I' },
  { name: 'underline', icon: Underline, keys: 'Mod-U' },
  { name: 'strike', icon: Strikethrough, keys: 'Mod-Shift-S' },
  { name: 'code', icon: Code, keys: 'Mod-E' },
] as const;
const scripts = [
  { name: 'subscript', icon: Subscript, keys: 'Mod-,' },
  { name: 'superscript', icon: Superscript, keys: 'Mod-.' },
] as const;

/** What one can do to the selected words, at the words. */
export function Bubble({ tools }: { tools: Tools }) {
  const { state, focused, dragging } = tools.seen.value;
  const closedFor = useSignal<Selection | null>(null);
  const { selection } = state;
  if (closedFor.value && !closedFor.value.eq(selection)) closedFor.value = null;

  const editsLink = tools.linkBox.state.value?.mode === 'edit';
  if (!focused || dragging || finger.matches || editsLink || closedFor.value !== null || !hasWords(tools)) return null;
  return <Marks tools={tools} anchor={selectionBox(tools)} onEscape={() => (closedFor.value = selection)} />;
}

function Marks({ tools, anchor, onEscape }: { tools: Tools; anchor: Box; onEscape: () => void }) {
  const { tiptap } = tools;
  const { editor: names } = words.value;
  const say = writingWords.value;
  const button = ({ name, icon, keys }: (typeof marks)[number] | (typeof scripts)[number]) => (
    <BarButton
      key={name}
      icon={icon}
      label={name === 'subscript' || name === 'superscript' ? say[name] : names[name]}
      keys={keysLabel(keys, mac)}
      pressed={tiptap.isActive(name)}
      onPress={() => tiptap.chain().focus().toggleMark(name).run()}
    />
  );
  return (
    <Bar tools={tools} label={say.bubble} anchor={anchor} onEscape={onEscape} class="bubble">
      <TurnInto tools={tools} />
      {marks.map(button)}
      <ColourMenu tiptap={tiptap} kind="text" />
      <ColourMenu tiptap={tiptap} kind="highlight" />
      <BarButton
        icon={Link}
        label={names.link}
        keys={keysLabel('Mod-K', mac)}
        pressed={tiptap.isActive('link')}
        onPress={() => tools.linkBox.edit()}
      />
      {scripts.map(button)}
    </Bar>
  );
}

function TurnInto({ tools }: { tools: Tools }) {
  const say = writingWords.value;
  const current = currentBlock(tools.seen.value.state);
  return (
    <Popover
      kind="menu"
      class="tool tool-kind"
      label={`${say.turnInto}: ${say.blocks[current]}`}
      trigger={
        <>
          <span class="tool-label">{say.blocks[current]}</span>
          <Icon of={ChevronDown} size={14} />
        </>
      }
    >
      {(close) => <TurnIntoItems tools={tools} onDone={close} />}
    </Popover>
  );
}

/** The kinds that blocks can be made into, as items of a menu. */
export function TurnIntoItems({ tools, onDone }: { tools: Tools; onDone: () => void }) {
  const say = writingWords.value;
  const current = currentBlock(tools.seen.value.state);
  return (
    <>
      {blocks
        .filter(({ turns }) => turns)
        .map((block) => (
          <MenuItem
            key={block.id}
            icon={block.icon}
            label={say.blocks[block.id]}
            checked={block.id === current}
            radio
            onPress={() => {
              onDone();
              beginStep(tools.tiptap);
              block.run(tools.tiptap, tools.blockTools);
            }}
          />
        ))}
    </>
  );
}

function hasWords({ tiptap: { state } }: Tools): boolean {
  const { selection, doc } = state;
  if (selection.empty || !(selection instanceof TextSelection) || selection instanceof CellSelection) return false;
  if (selection.$from.parent.type.spec.code) return false;
  return doc.textBetween(selection.from, selection.to, ' ', ' ').trim() !== '';
}

function selectionBox({ tiptap: { view, state } }: Tools): Box {
  const start = view.coordsAtPos(state.selection.from, 1);
  const end = view.coordsAtPos(state.selection.to, -1);
  const left = start.top === end.top ? start.left : Math.min(start.left, view.dom.getBoundingClientRect().left);
  return { left, right: end.right, top: start.top, bottom: end.bottom };
}
