/** The templates beside the button for an empty document. */
import { useSignal } from '@preact/signals';
import { CalendarCheck, ChevronDown, ClipboardList, type IconNode, Milestone, Newspaper, Scale, Users } from 'lucide';
import type { DocumentMeta } from '../api/documents';
import { request } from '../api/http';
import { language } from '../i18n';
import { documentAddress } from '../ui/addresses';
import { Icon } from '../ui/icon';
import { Popover } from '../ui/popover';
import { go } from '../ui/router';
import { say } from '../ui/toast';
import type { Template, TemplateId } from './en';
import { templateWords } from './words';
import '../styles/templates.css';

const icons: Readonly<Record<TemplateId, IconNode>> = {
  meeting: ClipboardList,
  project: Milestone,
  decision: Scale,
  oneOnOne: Users,
  week: CalendarCheck,
  article: Newspaper,
};

export function TemplateMenu() {
  const { from, offline, templates } = templateWords.value;
  const busy = useSignal(false);

  async function create(template: Template): Promise<void> {
    busy.value = true;
    try {
      go(documentAddress(await created(template)), 'new');
    } catch {
      say(offline);
    } finally {
      busy.value = false;
    }
  }

  return (
    <Popover
      kind="menu"
      class="button button-primary template-button"
      label={from}
      disabled={busy.value}
      trigger={<Icon of={ChevronDown} />}
    >
      {(close) => (
        <>
          <p class="panel-title">{from}</p>
          {(Object.keys(icons) as TemplateId[]).map((id) => (
            <button
              key={id}
              type="button"
              role="menuitem"
              class="menu-item template"
              onClick={() => {
                close();
                void create(templates[id]);
              }}
            >
              <Icon of={icons[id]} />
              <span class="template-words">
                <span>{templates[id].name}</span>
                <span class="template-hint">{templates[id].hint}</span>
              </span>
            </button>
          ))}
        </>
      )}
    </Popover>
  );
}

/** Make a document of it; the server writes the first content, once and for all. */
async function created({ title, markdown }: Template): Promise<string> {
  const day = new Intl.DateTimeFormat(language.peek(), { dateStyle: 'long' }).format(new Date());
  const { id } = await request<Pick<DocumentMeta, 'id'>>('/api/documents', {
    method: 'POST',
    body: { title: title(day), markdown },
  });
  return id;
}
