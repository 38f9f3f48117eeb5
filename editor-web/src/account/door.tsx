import { useSignal } from '@preact/signals';
import { LogIn } from 'lucide';
import { useEffect } from 'preact/hooks';
import { accountWords } from '../i18n/account';
import { Icon } from '../ui/icon';
import mark from '../ui/mark.svg';
import { askWho, type SignedIn, signInAddress } from './api';
import type { SignInProps } from './later';
import { become, doubt, whose } from './whose';
import '../styles/account.css';

/** What leads in: to the provider and back to this very place. */
export function Door({ document: closed, actions, children }: SignInProps) {
  const known = useSignal<SignedIn | 'no answer' | null>(null);
  const words = accountWords.value;

  useEffect(() => {
    const ask = async () => {
      try {
        const answer = await askWho();
        const isOther = whose() !== undefined && answer.user?.id !== whose();
        if (!answer.user) doubt();
        // The page begins anew for another one, unless words would be lost that are in it alone.
        else if (!isOther || !closed?.loose) {
          if (become(answer.user.id)) return location.reload();
        }
        // Somebody signed in meanwhile, in another tab perhaps: what they came for is here.
        if (!answer.signed_in || isOther || !known.peek()) known.value = answer;
        else if (closed) closed.signedIn();
        else location.reload();
      } catch {
        known.value ??= 'no answer';
      }
    };
    const again = () => document.visibilityState === 'visible' && void ask();
    document.addEventListener('visibilitychange', again);
    void ask();
    return () => document.removeEventListener('visibilitychange', again);
  }, []);

  const answer = known.value;
  if (answer === null) return null;
  // Whoever is signed in already came with something else, such as a link that has ended.
  if (answer === 'no answer' || answer.signed_in || !answer.sign_in_url) return children;
  const { sign_in_url: url, provider } = answer;
  const text = closed ? (closed.words ? words.again : words.closed) : words.welcome;
  return (
    <section class="door" aria-labelledby="door-title">
      <img class="door-mark" src={mark} alt="" width="56" height="56" />
      <h1 id="door-title">{text.title}</h1>
      <p>{text.body}</p>
      {closed?.loose && <p>{words.again.loose}</p>}
      <div class="door-actions">
        <a
          class="button button-primary door-in"
          href={signInAddress(url)}
          target={closed?.loose ? '_blank' : undefined}
        >
          <Icon of={LogIn} />
          {provider ? words.signInWith(provider) : words.signIn}
        </a>
        {actions}
      </div>
    </section>
  );
}
