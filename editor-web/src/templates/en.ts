/** English: the reference; every other language must give the same templates. */
export interface Template {
  readonly name: string;
  /** What it is for, in a few words. */
  readonly hint: string;
  /** `day` is today, as people write it. */
  readonly title: (day: string) => string;
  readonly markdown: string;
}

export type TemplateId = 'meeting' | 'project' | 'decision' | 'oneOnOne' | 'week' | 'article';

export interface TemplateMessages {
  readonly from: string;
  readonly offline: string;
  readonly templates: Readonly<Record<TemplateId, Template>>;
}

export const en: TemplateMessages = {
  from: 'New from a template',
  offline: 'A new document needs the server, which cannot be reached right now.',
  templates: {
    meeting: {
      name: 'Meeting notes',
      hint: 'Agenda, decisions, who does what',
      title: (day) => `Meeting, ${day}`,
      markdown: `**Purpose:** What should be different after this meeting?

**Here:** …   **Away:** …   **Notes by:** …

## Agenda

| Topic | Who | Minutes |
|---|---|---|
| What happened since last time | everyone | 5 |
|  |  | 15 |
|  |  | 15 |
| Decisions and next steps | everyone | 5 |

## Notes

### First topic

- What was said that somebody who was away has to know
- Open question:

## Decisions

> [!IMPORTANT]
> Write each decision as a whole sentence, so that it can be understood without the notes.

1. We will …

## Next steps

- [ ] What, who, by when
- [ ] Send these notes to everyone who was invited
- [ ] Agree on the next meeting
`,
    },
    project: {
      name: 'Project plan',
      hint: 'Goal, milestones, risks, tasks',
      title: () => 'Project: …',
      markdown: `> [!NOTE]
> One page that tells anybody why this project exists, where it stands and what comes next. Keep it true, or delete it.

## Why and what for

The problem, for whom, and what it costs to leave it alone. Two or three sentences.

**Done means:** how we will see that it has worked, with a number where there is one.

**Not part of it:** what one could expect, and what we leave out on purpose.

## People

| Role | Who |
|---|---|
| Decides |  |
| Leads |  |
| Works on it |  |
| Has to be asked |  |
| Has to be told |  |

## Milestones

| Milestone | Due | State |
|---|---|---|
| First version that somebody can try |  | not begun |
| Tried by five people |  | not begun |
| Everybody has it |  | not begun |

## Risks

| What could go wrong | How likely | What we do about it |
|---|---|---|
|  | low / middle / high |  |

## Tasks

### Now

- [ ] The smallest step that teaches us most
- [ ] …

### Next

- [ ] …

## Log

- **Today:** Project begun.
`,
    },
    decision: {
      name: 'Decision record',
      hint: 'Context, options, what and why',
      title: () => 'Decision: …',
      markdown: `**State:** proposed   **Decided by:** …   **On:** …

## Context

What makes a decision necessary now? Facts and limits only, so that whoever reads this in two years understands the situation.

## What matters

1. The most important requirement
2. The next one
3. …

## Options

| | Option A | Option B | Leave it as it is |
|---|---|---|---|
| In one sentence |  |  |  |
| Speaks for it |  |  |  |
| Speaks against it |  |  |  |
| Cost and time |  |  |  |
| Can be undone |  |  |  |

## Decision

> [!IMPORTANT]
> We choose …, because …

## Consequences

- What becomes easier:
- What becomes harder, and how we live with it:
- What we have to watch, and when we look again:

## To do

- [ ] Tell everyone it concerns
- [ ] Date to look at it again
`,
    },
    oneOnOne: {
      name: 'One-on-one',
      hint: 'A running page for two people',
      title: () => 'One-on-one: … and …',
      markdown: `> [!TIP]
> Both write here, also between the talks. The newest talk stands at the top; copy the section below for the next one.

## Kept in mind

- [ ] Promises that are still open
- [ ] …

## Talk on …

### How are you, really?

…

### What went well

- …

### What is in the way

- …

### Wishes, feedback, ideas

| From | About | What follows |
|---|---|---|
|  |  |  |

### Agreed

- [ ] …

## Where it should go

What each wants to learn or to become this year, and what would be a good next step.
`,
    },
    week: {
      name: 'Weekly review',
      hint: 'Look back, clear up, choose three things',
      title: (day) => `Week of ${day}`,
      markdown: `## Look back

**What am I glad about?**

- …

**What took longer than it should have, and why?**

- …

**What did I learn?**

- …

## Clear up

- [ ] Empty the inboxes: mail, notes, papers
- [ ] Go through last week's calendar: anything to follow up?
- [ ] Go through the next two weeks: anything to prepare?
- [ ] Look at every project: is its next step written down?
- [ ] Cross out what will not be done

## Next week

The three things that would make it a good week:

1. …
2. …
3. …

| Day | Fixed | Main thing |
|---|---|---|
| Monday |  |  |
| Tuesday |  |  |
| Wednesday |  |  |
| Thursday |  |  |
| Friday |  |  |

## Waiting for

| What | From whom | Since | Ask again on |
|---|---|---|---|
|  |  |  |  |
`,
    },
    article: {
      name: 'Article',
      hint: 'From a brief over an outline to the text',
      title: () => 'Article: …',
      markdown: `## Brief

| | |
|---|---|
| **Readers** | Who are they, and what do they know already? |
| **One sentence** | What should they remember tomorrow? |
| **Length** | … words |
| **Due** | … |
| **Where it appears** | … |

## Outline

1. **Beginning:** a scene, a number or a question that nobody can leave alone
2. **What it is about:** the point, in the third paragraph at the latest
3. **First reason,** with an example
4. **Second reason,** with an example
5. **What speaks against it,** and why it holds nevertheless
6. **End:** back to the beginning, or one step further

## Draft

…

## Sources

- …

## Before it goes out

- [ ] Read it aloud
- [ ] Strike the first paragraph, and see whether it is missed
- [ ] Check names, numbers and quotations
- [ ] Somebody else has read it
`,
    },
  },
};
