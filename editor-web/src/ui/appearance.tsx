import { Check, Monitor, Moon, Sun } from 'lucide';
import { chooseLanguage, type Language, language, languages, words } from '../i18n';
import { Icon } from './icon';
import { Popover } from './popover';
import { chooseTheme, type Theme, theme, themes } from './theme';
import { say } from './toast';

const icons = { system: Monitor, light: Sun, dark: Moon } as const;

/** The small menu for theme and language. */
export function Appearance() {
  const { settings } = words.value;
  const shown = icons[theme.value];
  return (
    <Popover kind="menu" class="icon-button" label={settings.title} trigger={<Icon of={shown} />}>
      {() => (
        <>
          <p class="panel-title">{settings.theme}</p>
          {themes.map((name: Theme) => (
            <Choice key={name} chosen={theme.value === name} onChoose={() => chooseTheme(name)}>
              <Icon of={icons[name]} /> {settings[name]}
            </Choice>
          ))}
          <p class="panel-title">{settings.languageLabel}</p>
          {(Object.keys(languages) as Language[]).map((code) => (
            <Choice key={code} chosen={language.value === code} onChoose={() => void change(code)}>
              <span lang={code}>{languages[code]}</span>
            </Choice>
          ))}
        </>
      )}
    </Popover>
  );
}

/** Words that cannot be fetched leave the language as it was. */
async function change(code: Language): Promise<void> {
  try {
    await chooseLanguage(code);
  } catch {
    say(words.peek().settings.languageOffline);
  }
}

interface ChoiceProps {
  readonly chosen: boolean;
  readonly onChoose: () => void;
  readonly children: preact.ComponentChildren;
}

function Choice({ chosen, onChoose, children }: ChoiceProps) {
  return (
    <button type="button" role="menuitemradio" aria-checked={chosen} class="menu-item" onClick={onChoose}>
      <span class="menu-label">{children}</span>
      {chosen && <Icon of={Check} size={16} />}
    </button>
  );
}
