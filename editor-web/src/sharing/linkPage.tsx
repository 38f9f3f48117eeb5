/** What a link leads to first: its secret, and a password where it has one, are exchanged; then the document is there. */
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Problem } from '../api/http';
import { admit, exchange } from '../api/passes';
import { identity } from '../documents/me';
import { sharingWords } from '../i18n/sharing';
import { documentAddress } from '../ui/addresses';
import { follow, goOn } from '../ui/router';
import '../styles/sharing.css';

type State = 'opening' | 'password' | 'wrong' | 'tooMany' | 'ended' | 'unreachable';

function stateOf(error: unknown, asked: boolean): State {
  if (!(error instanceof Problem)) return 'unreachable';
  if (error.status === 401) return asked ? 'wrong' : 'password';
  if (error.status === 429) return 'tooMany';
  return error.status < 500 ? 'ended' : 'unreachable';
}

export function LinkPage({ secret }: { secret: string }) {
  const state = useSignal<State>('opening');
  const password = useSignal('');
  const field = useRef<HTMLInputElement>(null);
  const { enter: say } = sharingWords.value;

  async function open(): Promise<void> {
    const given = password.peek();
    try {
      const name = identity.me.peek().name;
      const { document, token, guest } = await exchange({ secret, name, ...(given && { password: given }) });
      admit(document, token ? { token, secret, guest } : null);
      goOn(documentAddress(document));
    } catch (error) {
      state.value = stateOf(error, given !== '');
    }
  }

  useEffect(() => {
    document.title = 'Coscribe';
    void open();
  }, []);
  useEffect(() => field.current?.select(), [state.value]);

  switch (state.value) {
    case 'opening':
      return (
        <p class="unseen" role="status">
          {say.opening}
        </p>
      );
    case 'ended':
    case 'unreachable': {
      const ended = state.value === 'ended';
      return (
        <main class="desk">
          <section class="card" role="alert">
            <h1>{ended ? say.endedTitle : say.unreachableTitle}</h1>
            <p>{ended ? say.ended : say.unreachable}</p>
            <div class="card-actions">
              {ended ? (
                <a class="button" href="/" onClick={follow}>
                  {say.home}
                </a>
              ) : (
                <button type="button" class="button button-primary" onClick={() => void open()}>
                  {sharingWords.value.retry}
                </button>
              )}
            </div>
          </section>
        </main>
      );
    }
    default: {
      const problem = state.value === 'wrong' ? say.wrong : state.value === 'tooMany' ? say.tooMany : '';
      return (
        <main class="desk">
          <form
            class="card"
            onSubmit={(event) => {
              event.preventDefault();
              void open();
            }}
          >
            <h1>{say.passwordTitle}</h1>
            <p>{say.password}</p>
            <label class="labelled">
              <span>{say.passwordLabel}</span>
              <input
                ref={field}
                class="field"
                type="password"
                autocomplete="off"
                autofocus
                required
                maxLength={200}
                aria-invalid={problem !== ''}
                aria-describedby={problem ? 'password-problem' : undefined}
                value={password.value}
                onInput={(event) => (password.value = event.currentTarget.value)}
              />
            </label>
            <p id="password-problem" class="field-problem" role="alert">
              {problem}
            </p>
            <div class="card-actions">
              <button type="submit" class="button button-primary">
                {say.open}
              </button>
            </div>
          </form>
        </main>
      );
    }
  }
}
