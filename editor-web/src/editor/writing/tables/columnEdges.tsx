import { useLayoutEffect, useRef } from 'preact/hooks';
import { writingWords } from '../../../i18n/writing';
import { put } from '../places';
import type { Tools } from '../writing';
import { columnWidths, NARROWEST_PX, previewWidths, setWidths, type TableAt, WIDEST_PX } from './geometry';

const STEP_PX = 16;

interface Props {
  readonly tools: Tools;
  readonly table: TableAt;
  readonly element: HTMLTableElement;
}

/** The edges between columns: dragged by the pointer, moved by the arrow keys. */
export function ColumnEdges({ tools, table, element }: Props) {
  const widths = columnWidths(tools.tiptap.view, table);
  return (
    <>
      {widths.map((_, column) => (
        // A column has no name but its place.
        <Edge key={column} tools={tools} table={table} element={element} widths={widths} column={column} />
      ))}
    </>
  );
}

function Edge({ tools, table, element, widths, column }: Props & { widths: readonly number[]; column: number }) {
  const edge = useRef<HTMLDivElement>(null);
  const { view } = tools.tiptap;
  const width = widths[column] ?? 0;

  useLayoutEffect(() => {
    if (!edge.current) return;
    const box = element.getBoundingClientRect();
    const along = widths.slice(0, column + 1).reduce((sum, one) => sum + one, 0);
    const x = getComputedStyle(element).direction === 'rtl' ? box.right - along : box.left + along;
    const frame = (element.parentElement ?? element).getBoundingClientRect();
    edge.current.hidden = x < frame.left || x > frame.right + 1;
    put(edge.current, x, box.top);
    edge.current.style.height = `${box.height}px`;
  });

  /** What one column gains its neighbour loses; the last one makes the table wider. */
  const changed = (by: number) => {
    const next = [...widths];
    const neighbour = widths[column + 1];
    const most = neighbour === undefined ? WIDEST_PX : width + neighbour - NARROWEST_PX;
    next[column] = Math.max(NARROWEST_PX, Math.min(most, width + by));
    if (neighbour !== undefined) next[column + 1] = neighbour + width - next[column];
    return next;
  };

  function drag(down: PointerEvent): void {
    const target = down.currentTarget as HTMLElement;
    const backwards = getComputedStyle(element).direction === 'rtl' ? -1 : 1;
    const by = (event: PointerEvent) => (event.clientX - down.clientX) * backwards;
    down.preventDefault();
    target.setPointerCapture(down.pointerId);
    const move = (event: PointerEvent) => previewWidths(element, changed(by(event)));
    const stop = (event: PointerEvent) => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', stop);
      target.removeEventListener('pointercancel', stop);
      // The table may have been changed by somebody else meanwhile.
      const same = view.state.doc.nodeAt(table.pos)?.eq(table.node);
      if (event.type === 'pointerup' && same) setWidths(view, table, changed(by(event)));
      else previewWidths(element, widths);
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', stop);
    target.addEventListener('pointercancel', stop);
  }

  function key(event: KeyboardEvent): void {
    const step = { ArrowRight: STEP_PX, ArrowLeft: -STEP_PX }[event.key];
    if (event.key === 'Escape') view.focus();
    else if (step !== undefined) setWidths(view, table, changed(step));
    else return;
    event.preventDefault();
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a line between columns that is moved is no <hr>
    <div
      ref={edge}
      class="column-edge"
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={writingWords.value.table.width(column + 1)}
      aria-valuenow={Math.round(width)}
      aria-valuemin={NARROWEST_PX}
      aria-valuemax={WIDEST_PX}
      onPointerDown={drag}
      onKeyDown={key}
    />
  );
}
