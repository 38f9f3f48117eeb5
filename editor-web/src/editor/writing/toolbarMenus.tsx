import type { Editor as Tiptap } from '@tiptap/core';
import {
  ArrowDown,
  ArrowUp,
  Copy,
  Ellipsis,
  type IconNode,
  Plus,
  RemoveFormatting,
  Subscript,
  Superscript,
  Table,
  TextAlignCenter,
  TextAlignEnd,
  TextAlignJustify,
  TextAlignStart,
  Trash2,
} from 'lucide';
import { writingWords } from '../../i18n/writing';
import { Icon } from '../../ui/icon';
import { Popover } from '../../ui/popover';
import { keysLabel } from '../actions';
import type { Alignment } from '../textAlign';
import { blocks } from './blocks';
import { Colours } from './colourMenu';
import { beginStep } from './history';
import { insertTable } from './insert';
import { MenuItem } from './menuItem';
import { blocksOf, deleteBlock, duplicateBlock, moveBlock } from './moveBlocks';
import { SizePicker } from './tables/sizePicker';
import type { Tools } from './writing';

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const alignments: ReadonlyArray<readonly [Alignment, IconNode, string]> = [
  ['left', TextAlignStart, 'Mod-Shift-L'],
  ['center', TextAlignCenter, 'Mod-Shift-E'],
  ['right', TextAlignEnd, 'Mod-Shift-R'],
  ['justify', TextAlignJustify, 'Mod-Shift-J'],
];

/** What the writing tools add to the toolbar. */
export function ToolbarMenus({ tools, disabled }: { tools: Tools; disabled: boolean }) {
  const say = writingWords.value;
  const shared = { class: 'tool', disabled, tabIndex: -1 } as const;
  return (
    <>
      <Popover {...shared} kind="menu" label={say.insert} trigger={<Icon of={Plus} />}>
        {(close) => <InsertItems tools={tools} close={close} />}
      </Popover>
      <Popover {...shared} label={say.table.insert} trigger={<Icon of={Table} />}>
        {(close) => (
          <SizePicker
            onPick={(rows, columns) => {
              close();
              beginStep(tools.tiptap);
              insertTable(tools.tiptap, rows, columns);
            }}
          />
        )}
      </Popover>
      <Popover {...shared} kind="menu" label={say.more} trigger={<Icon of={Ellipsis} />}>
        {(close) => <MoreItems tools={tools} close={close} />}
      </Popover>
    </>
  );
}

interface MenuProps {
  readonly tools: Tools;
  readonly close: () => void;
}

function InsertItems({ tools, close }: MenuProps) {
  const say = writingWords.value;
  return (
    <>
      {(['media', 'callouts'] as const).map((group) => (
        <>
          <p class="panel-title">{say.groups[group]}</p>
          {blocks
            .filter((block) => block.group === group)
            .map(({ id, icon, typed, run }) => (
              <MenuItem
                key={id}
                icon={icon}
                keys={typed}
                onPress={() => {
                  close();
                  beginStep(tools.tiptap);
                  run(tools.tiptap, tools.blockTools);
                }}
                label={say.blocks[id]}
              />
            ))}
        </>
      ))}
    </>
  );
}

function MoreItems({ tools, close }: MenuProps) {
  const say = writingWords.value;
  const { tiptap } = tools;
  const { state } = tools.seen.value;
  const then = (run: (editor: Tiptap) => unknown) => () => {
    close();
    beginStep(tiptap);
    run(tiptap);
  };
  const withBlock = (run: (pos: number) => void) =>
    then(() => {
      const blocks = blocksOf(state.selection);
      if (blocks) run(blocks.from);
    });
  return (
    <div class="more-menu" role="presentation">
      <Colours tiptap={tiptap} kind="text" onDone={close} />
      <Colours tiptap={tiptap} kind="highlight" onDone={close} />
      <p class="panel-title">{say.letters}</p>
      <MenuItem
        icon={Subscript}
        keys={keysLabel('Mod-,', mac)}
        checked={tiptap.isActive('subscript')}
        onPress={then((editor) => editor.chain().focus().toggleSubscript().run())}
        label={say.subscript}
      />
      <MenuItem
        icon={Superscript}
        keys={keysLabel('Mod-.', mac)}
        checked={tiptap.isActive('superscript')}
        onPress={then((editor) => editor.chain().focus().toggleSuperscript().run())}
        label={say.superscript}
      />
      <MenuItem
        icon={RemoveFormatting}
        onPress={then((editor) => editor.chain().focus().unsetAllMarks().setTextAlign(null).run())}
        label={say.clear}
      />
      <p class="panel-title">{say.alignment}</p>
      {alignments.map(([alignment, icon, keys]) => (
        <MenuItem
          key={alignment}
          icon={icon}
          keys={keysLabel(keys, mac)}
          checked={tiptap.isActive({ textAlign: alignment })}
          onPress={then((editor) => editor.chain().focus().setTextAlign(alignment).run())}
          label={say.align[alignment]}
        />
      ))}
      <p class="panel-title">{say.block.title}</p>
      <MenuItem icon={ArrowUp} onPress={then((editor) => moveBlock(editor, -1))} label={say.block.up} />
      <MenuItem icon={ArrowDown} onPress={then((editor) => moveBlock(editor, 1))} label={say.block.down} />
      <MenuItem icon={Copy} onPress={withBlock((pos) => duplicateBlock(tiptap, pos))} label={say.block.duplicate} />
      <MenuItem icon={Trash2} onPress={withBlock((pos) => deleteBlock(tiptap, pos))} label={say.block.remove} />
    </div>
  );
}
