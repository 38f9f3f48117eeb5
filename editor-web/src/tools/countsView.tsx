import { toolsWords } from '../i18n/tools';
import { Popover } from '../ui/popover';
import type { Counts, Survey } from './survey';

/** How much there is to read: a quiet line in the corner, the whole account behind it. */
export function CountsView({ survey }: { survey: Survey }) {
  const { counts: names } = toolsWords.value;
  const all = survey.counts.value;
  const chosen = survey.selected.value;
  if (!all) return null;
  const line = chosen ? names.selectedWords(chosen.words, all.words) : names.words(all.words);
  return (
    <div class="counts">
      <Popover class="counts-line" label={`${names.title}: ${line}`} trigger={line}>
        {() => <CountsTable all={all} chosen={chosen} />}
      </Popover>
    </div>
  );
}

function CountsTable({ all, chosen }: { all: Counts; chosen: Counts | null }) {
  const { counts: names } = toolsWords.value;
  const rows: ReadonlyArray<readonly [string, (counts: Counts) => string]> = [
    [names.wordsLabel, ({ words }) => words.toLocaleString(document.documentElement.lang)],
    [names.characters, ({ characters }) => characters.toLocaleString(document.documentElement.lang)],
    [names.withoutSpaces, ({ withoutSpaces }) => withoutSpaces.toLocaleString(document.documentElement.lang)],
    [names.reading, ({ minutes }) => names.minutes(minutes)],
  ];
  return (
    <table class="counts-table">
      <caption class="panel-title">{names.title}</caption>
      {chosen && (
        <thead>
          <tr>
            <td />
            <th scope="col">{names.selection}</th>
            <th scope="col">{names.document}</th>
          </tr>
        </thead>
      )}
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {chosen && <td>{value(chosen)}</td>}
            <td>{value(all)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
