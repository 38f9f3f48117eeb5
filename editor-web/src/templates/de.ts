/** German. */
import type { TemplateMessages } from './en';

export const de: TemplateMessages = {
  from: 'Neu aus einer Vorlage',
  offline: 'Für ein neues Dokument wird der Server gebraucht, und er ist gerade nicht erreichbar.',
  templates: {
    meeting: {
      name: 'Besprechung',
      hint: 'Tagesordnung, Beschlüsse, wer was tut',
      title: (day) => `Besprechung, ${day}`,
      markdown: `**Zweck:** Was soll nach diesem Treffen anders sein?

**Dabei:** …   **Fehlen:** …   **Protokoll:** …

## Tagesordnung

| Thema | Wer | Minuten |
|---|---|---|
| Was seit dem letzten Mal geschah | alle | 5 |
|  |  | 15 |
|  |  | 15 |
| Beschlüsse und nächste Schritte | alle | 5 |

## Notizen

### Erstes Thema

- Was alle wissen müssen, die nicht dabei waren
- Offene Frage:

## Beschlüsse

> [!IMPORTANT]
> Jeder Beschluss als ganzer Satz, damit man ihn auch ohne die Notizen versteht.

1. Wir werden …

## Nächste Schritte

- [ ] Was, wer, bis wann
- [ ] Diese Notizen an alle Eingeladenen schicken
- [ ] Das nächste Treffen vereinbaren
`,
    },
    project: {
      name: 'Projektplan',
      hint: 'Ziel, Meilensteine, Risiken, Aufgaben',
      title: () => 'Projekt: …',
      markdown: `> [!NOTE]
> Eine Seite, die allen sagt, warum es dieses Projekt gibt, wo es steht und was als Nächstes kommt. Halten Sie sie wahr, oder löschen Sie sie.

## Warum und wozu

Das Problem, für wen, und was es kostet, nichts zu tun. Zwei oder drei Sätze.

**Fertig heißt:** woran wir sehen, dass es gelungen ist; mit einer Zahl, wo es eine gibt.

**Gehört nicht dazu:** was man erwarten könnte und was wir mit Absicht weglassen.

## Menschen

| Rolle | Wer |
|---|---|
| Entscheidet |  |
| Leitet |  |
| Arbeitet mit |  |
| Wird gefragt |  |
| Wird unterrichtet |  |

## Meilensteine

| Meilenstein | Termin | Stand |
|---|---|---|
| Erste Fassung, die jemand ausprobieren kann |  | nicht begonnen |
| Von fünf Menschen ausprobiert |  | nicht begonnen |
| Alle haben es |  | nicht begonnen |

## Risiken

| Was schiefgehen könnte | Wie wahrscheinlich | Was wir dagegen tun |
|---|---|---|
|  | gering / mittel / hoch |  |

## Aufgaben

### Jetzt

- [ ] Der kleinste Schritt, aus dem wir am meisten lernen
- [ ] …

### Danach

- [ ] …

## Verlauf

- **Heute:** Projekt begonnen.
`,
    },
    decision: {
      name: 'Entscheidung',
      hint: 'Lage, Möglichkeiten, was und warum',
      title: () => 'Entscheidung: …',
      markdown: `**Stand:** vorgeschlagen   **Entschieden von:** …   **Am:** …

## Lage

Warum muss jetzt entschieden werden? Nur Tatsachen und Grenzen, damit man die Lage auch in zwei Jahren noch versteht.

## Worauf es ankommt

1. Die wichtigste Anforderung
2. Die nächste
3. …

## Möglichkeiten

| | Möglichkeit A | Möglichkeit B | So lassen |
|---|---|---|---|
| In einem Satz |  |  |  |
| Spricht dafür |  |  |  |
| Spricht dagegen |  |  |  |
| Kosten und Zeit |  |  |  |
| Umkehrbar |  |  |  |

## Entscheidung

> [!IMPORTANT]
> Wir wählen …, weil …

## Folgen

- Was leichter wird:
- Was schwerer wird, und wie wir damit leben:
- Was wir beobachten, und wann wir wieder hinsehen:

## Zu tun

- [ ] Alle unterrichten, die es angeht
- [ ] Tag, an dem wir wieder hinsehen
`,
    },
    oneOnOne: {
      name: 'Zweiergespräch',
      hint: 'Eine fortlaufende Seite für zwei',
      title: () => 'Zweiergespräch: … und …',
      markdown: `> [!TIP]
> Beide schreiben hier, auch zwischen den Gesprächen. Das neueste steht oben; kopieren Sie den Abschnitt für das nächste.

## Im Blick

- [ ] Was versprochen und noch offen ist
- [ ] …

## Gespräch am …

### Wie geht es wirklich?

…

### Was gut lief

- …

### Was im Weg steht

- …

### Wünsche, Rückmeldungen, Ideen

| Von | Worüber | Was daraus folgt |
|---|---|---|
|  |  |  |

### Vereinbart

- [ ] …

## Wohin es gehen soll

Was beide in diesem Jahr lernen oder werden möchten, und was ein guter nächster Schritt wäre.
`,
    },
    week: {
      name: 'Wochenrückblick',
      hint: 'Zurückschauen, aufräumen, drei Dinge wählen',
      title: (day) => `Woche vom ${day}`,
      markdown: `## Zurückschauen

**Worüber freue ich mich?**

- …

**Was dauerte länger als nötig, und warum?**

- …

**Was habe ich gelernt?**

- …

## Aufräumen

- [ ] Eingänge leeren: Post, Notizen, Papiere
- [ ] Den Kalender der letzten Woche durchsehen: Ist etwas nachzuholen?
- [ ] Die nächsten zwei Wochen durchsehen: Ist etwas vorzubereiten?
- [ ] Jedes Projekt ansehen: Steht der nächste Schritt da?
- [ ] Streichen, was nicht mehr getan wird

## Nächste Woche

Die drei Dinge, die sie zu einer guten Woche machen:

1. …
2. …
3. …

| Tag | Fest | Hauptsache |
|---|---|---|
| Montag |  |  |
| Dienstag |  |  |
| Mittwoch |  |  |
| Donnerstag |  |  |
| Freitag |  |  |

## Warten auf

| Was | Von wem | Seit | Nachfragen am |
|---|---|---|---|
|  |  |  |  |
`,
    },
    article: {
      name: 'Artikel',
      hint: 'Vom Auftrag über die Gliederung zum Text',
      title: () => 'Artikel: …',
      markdown: `## Auftrag

| | |
|---|---|
| **Für wen** | Wer liest es, und was ist schon bekannt? |
| **Ein Satz** | Was soll morgen noch im Gedächtnis sein? |
| **Länge** | … Wörter |
| **Termin** | … |
| **Erscheint in** | … |

## Gliederung

1. **Anfang:** eine Szene, eine Zahl oder eine Frage, die niemanden loslässt
2. **Worum es geht:** spätestens im dritten Absatz
3. **Erster Grund,** mit Beispiel
4. **Zweiter Grund,** mit Beispiel
5. **Was dagegen spricht,** und warum es trotzdem gilt
6. **Schluss:** zurück zum Anfang oder einen Schritt weiter

## Entwurf

…

## Quellen

- …

## Bevor es hinausgeht

- [ ] Laut vorlesen
- [ ] Den ersten Absatz streichen und sehen, ob er fehlt
- [ ] Namen, Zahlen und Zitate prüfen
- [ ] Jemand anderes hat es gelesen
`,
    },
  },
};
