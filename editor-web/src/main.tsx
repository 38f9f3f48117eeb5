import '@fontsource-variable/literata/wght.css';
import '@fontsource-variable/literata/wght-italic.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/document.css';
import './styles/prose.css';
import './styles/print.css';
import { type ComponentType, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { settled } from './account/whose';
import './i18n/page';
import { registerServiceWorker } from './offline/register';
import { route } from './ui/router';
import { Toasts } from './ui/toast';

type DocumentPage = ComponentType<{ id: string }>;
type LinkPage = ComponentType<{ secret: string }>;

/** Each page comes without the other, and asks for it while nothing else is to do. */
const loadDocumentPage = () => import('./documents/page').then((module) => module.DocumentPage);
const loadHome = () => import('./documents/home').then((module) => module.Home);

const loadLink = () => import('./sharing/linkPage').then((module) => module.LinkPage);

/** How long a page that is not shown may wait to be fetched. */
const OTHER_PAGE_MS = 1_000;

function usePage<Page extends ComponentType<never>>(
  load: () => Promise<Page>,
  shown: boolean,
  soon = true,
): Page | null {
  const [page, setPage] = useState<Page | null>(null);
  useEffect(() => {
    const fetch = () => void load().then((loaded) => setPage(() => loaded));
    if (shown) fetch();
    else if (soon) setTimeout(fetch, OTHER_PAGE_MS);
  }, [load, shown, soon]);
  return page;
}

function App() {
  const current = route.value;
  const Home = usePage(loadHome, current.page === 'home');
  const Page: DocumentPage | null = usePage(loadDocumentPage, current.page === 'document');
  const Link: LinkPage | null = usePage(loadLink, current.page === 'link', false);
  return (
    <>
      {current.page === 'home' && Home && <Home />}
      {current.page === 'document' && Page && <Page key={current.id} id={current.id} />}
      {current.page === 'link' && Link && <Link key={current.secret} secret={current.secret} />}
      <Toasts />
    </>
  );
}

const root = document.getElementById('app');
if (!root) throw new Error('The page has no element #app to draw into.');
const place = root;
void settled().then((known) => known && render(<App />, place));
registerServiceWorker();
