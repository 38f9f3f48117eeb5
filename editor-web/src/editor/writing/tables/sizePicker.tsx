import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { writingWords } from '../../../i18n/writing';

const ROWS = 8;
const COLUMNS = 8;

/** A field of squares: how large a table is to be, by pointer or arrow keys. */
export function SizePicker({ onPick }: { onPick: (rows: number, columns: number) => void }) {
  const size = useSignal({ rows: 3, columns: 3 });
  const grid = useRef<HTMLDivElement>(null);
  const { rows, columns } = size.value;
  const say = writingWords.value.table;

  function key(event: KeyboardEvent): void {
    const backwards = getComputedStyle(event.currentTarget as Element).direction === 'rtl' ? -1 : 1;
    const [down, right] = {
      ArrowDown: [1, 0],
      ArrowUp: [-1, 0],
      ArrowRight: [0, backwards],
      ArrowLeft: [0, -backwards],
    }[event.key] ?? [0, 0];
    if (!down && !right) return;
    event.preventDefault();
    const next = { rows: within(rows + (down ?? 0), ROWS), columns: within(columns + (right ?? 0), COLUMNS) };
    size.value = next;
    grid.current?.querySelector<HTMLElement>(`[data-size="${next.rows}-${next.columns}"]`)?.focus();
  }

  return (
    <div class="size-picker">
      {/* biome-ignore lint/a11y/useSemanticElements: squares to choose from are a group of buttons */}
      <div ref={grid} class="size-grid" role="group" aria-label={say.size} onKeyDown={key}>
        {Array.from({ length: ROWS * COLUMNS }, (_, at) => {
          const row = Math.floor(at / COLUMNS) + 1;
          const column = (at % COLUMNS) + 1;
          const chosen = row === rows && column === columns;
          return (
            <button
              key={`${row}-${column}`}
              type="button"
              class={`size-cell ${row <= rows && column <= columns ? 'is-in' : ''}`}
              tabIndex={chosen ? 0 : -1}
              autofocus={chosen}
              aria-label={say.sizeOf(row, column)}
              data-size={`${row}-${column}`}
              onPointerEnter={() => (size.value = { rows: row, columns: column })}
              onClick={() => onPick(row, column)}
            />
          );
        })}
      </div>
      <p class="hint" aria-hidden="true">
        {say.sizeOf(rows, columns)}
      </p>
    </div>
  );
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(1, value));
}
