/** Emoji by name: the ones that people use, found by English names and a few German words. */

export interface Emoji {
  readonly emoji: string;
  /** With underscores, as one types it between colons elsewhere. */
  readonly name: string;
}

const SHOWN = 12;

/** Emoji, name, then other words. */
const TABLE = `
😀 grinning happy lachen|😃 smiley happy|😄 smile happy freude|😁 grin|😆 laughing satisfied|😅 sweat_smile|😂 joy tears lachen
🤣 rofl|🙂 slightly_smiling|🙃 upside_down|😉 wink zwinkern|😊 blush|😇 innocent angel engel|🥰 in_love hearts verliebt
😍 heart_eyes|😘 kiss kuss|😋 yum lecker|😛 tongue zunge|😜 crazy|🤪 zany|🤨 raised_eyebrow skeptical|🧐 monocle|🤓 nerd
😎 cool sunglasses|🥳 party partying feier|😏 smirk|😒 unamused|😞 disappointed|😔 pensive|😟 worried sorge|😕 confused
🙁 frowning sad traurig|😢 cry sad weinen|😭 sob|😤 triumph|😠 angry wütend|😡 rage|🤯 mind_blown exploding|😳 flushed
🥺 pleading bitte|😱 scream|😨 fearful angst|😰 anxious|😥 relieved_sad|🤗 hug umarmung|🤔 thinking denken hmm|🤭 oops
🤫 shush quiet leise|😐 neutral|😑 expressionless|😬 grimacing|🙄 eye_roll|😴 sleeping zzz schlafen|🤤 drooling|😷 mask krank
🤒 fever|🤕 hurt|🤢 nauseated|🤧 sneeze|🥵 hot heiß|🥶 cold kalt|😵 dizzy|🤠 cowboy|👻 ghost geist|💀 skull|🤖 robot roboter
💩 poop|👍 thumbsup plus1 +1 yes daumen gut|👎 thumbsdown -1 no daumen|👌 ok okay|✌️ victory peace|🤞 fingers_crossed glück
🤝 handshake deal|👏 clap applause klatschen|🙌 raised_hands hurra|🙏 pray thanks please danke bitte|💪 muscle strong stark
👋 wave hello hallo winken|✋ raised_hand stop|🖐️ hand|👈 point_left|👉 point_right|👆 point_up|👇 point_down|☝️ one_finger
✍️ writing schreiben|👀 eyes look augen|🧠 brain gehirn|🫶 heart_hands|👤 person|👥 people leute|👶 baby|🧑‍💻 developer coder
❤️ heart love herz liebe|🧡 orange_heart|💛 yellow_heart|💚 green_heart|💙 blue_heart|💜 purple_heart|🖤 black_heart
💔 broken_heart|💯 hundred 100|💢 anger|💥 boom explosion|💫 dizzy_star|💦 sweat_drops|💤 zzz|🔥 fire hot feuer|✨ sparkles glanz
⭐ star stern|🌟 glowing_star|⚡ zap lightning blitz|☀️ sun sonne|🌤️ partly_sunny|☁️ cloud wolke|🌧️ rain regen|⛈️ storm
❄️ snowflake snow schnee|☃️ snowman|🌈 rainbow regenbogen|🌙 moon mond|🌍 earth world erde welt|🌊 wave_water welle
🌱 seedling pflanze|🌲 tree baum|🍀 clover glück|🌸 blossom blüte|🌹 rose|🌻 sunflower|🍁 maple_leaf|🍂 autumn herbst
🐶 dog hund|🐱 cat katze|🐭 mouse maus|🐰 rabbit hase|🦊 fox fuchs|🐻 bear bär|🐼 panda|🐸 frog|🐵 monkey affe|🙈 see_no_evil
🐔 chicken|🐧 penguin|🐦 bird vogel|🦉 owl eule|🐝 bee biene|🐛 bug käfer|🦋 butterfly|🐢 turtle|🐍 snake python|🐙 octopus
🐬 dolphin|🐳 whale docker|🦄 unicorn einhorn|🍎 apple apfel|🍌 banana|🍓 strawberry|🍋 lemon|🍉 watermelon|🥑 avocado
🍅 tomato|🥕 carrot|🌽 corn|🍞 bread brot|🧀 cheese käse|🍕 pizza|🍔 burger|🍟 fries|🌮 taco|🍣 sushi|🍜 noodles|🍝 spaghetti
🍰 cake kuchen|🎂 birthday geburtstag|🍪 cookie keks|🍫 chocolate|🍿 popcorn|☕ coffee kaffee|🍵 tea tee|🍺 beer bier
🍷 wine wein|🥂 cheers prost|🍾 champagne|⚽ soccer fußball|🏀 basketball|🎾 tennis|🏆 trophy pokal|🥇 gold_medal|🎯 target dart ziel
🎮 game spiel|🎲 dice würfel|🧩 puzzle|🎨 art palette kunst|🎵 music note musik|🎸 guitar|🎹 piano|🎬 movie film|📷 camera kamera
🚗 car auto|🚌 bus|🚲 bike fahrrad|🚆 train zug|✈️ airplane flight flugzeug|🚀 rocket launch rakete|🚢 ship schiff
🏠 house home haus|🏢 office büro|🏥 hospital|🏫 school schule|🏖️ beach strand|⛰️ mountain berg|🗺️ map karte
⌚ watch uhr|📱 phone handy|💻 laptop computer|⌨️ keyboard|🖥️ desktop|🖨️ printer|💾 disk save|📁 folder ordner|📂 open_folder
📄 page document dokument|📝 memo note notiz|📊 chart bar_chart diagramm|📈 chart_up growth|📉 chart_down|📅 calendar date kalender
📌 pin pushpin|📍 location ort|📎 paperclip|✂️ scissors|📏 ruler|🔗 link|🔒 lock schloss|🔓 unlock|🔑 key schlüssel|🔨 hammer
🛠️ tools werkzeug|⚙️ gear settings zahnrad|🧪 test_tube experiment|🔬 microscope|🔭 telescope|💡 bulb idea idee licht
🔋 battery|🔌 plug|📦 package box paket|📬 mailbox|✉️ email mail brief|📣 megaphone announcement|🔔 bell glocke|🔕 no_bell
⏰ alarm clock wecker|⏳ hourglass sanduhr|🕐 clock uhr|🎁 gift present geschenk|🎉 tada party feier konfetti|🎊 confetti
🎈 balloon|🎄 christmas_tree weihnachten|🎃 pumpkin|💰 money geld|💳 credit_card|🧾 receipt|💎 gem diamond|⚖️ scales justice
✅ check done white_check_mark haken erledigt|☑️ ballot_check|✔️ heavy_check|❌ cross x no kreuz falsch|❎ cross_box|➕ plus
➖ minus|❓ question frage|❗ exclamation wichtig|⚠️ warning warnung achtung|🚫 forbidden verboten|⛔ no_entry|🆗 ok_button
🆕 new neu|🔴 red_circle rot|🟠 orange_circle|🟡 yellow_circle gelb|🟢 green_circle grün|🔵 blue_circle blau|🟣 purple_circle
⚫ black_circle|⚪ white_circle|⬆️ up|⬇️ down|⬅️ left|➡️ right arrow pfeil|↩️ return zurück|🔄 refresh repeat|🔍 search lupe suche
🏁 finish flag ziel|🚩 red_flag fahne|🏳️‍🌈 rainbow_flag|🇪🇺 europe eu|🇩🇪 germany deutschland|🇦🇹 austria österreich
🇨🇭 switzerland schweiz|🇬🇧 uk britain|🇺🇸 usa|🇫🇷 france frankreich|🇪🇸 spain spanien|🇮🇹 italy italien
`;

interface Entry extends Emoji {
  readonly words: readonly string[];
}

const entries: readonly Entry[] = TABLE.split(/[|\n]/)
  .filter(Boolean)
  .map((line) => {
    const [emoji = '', name = '', ...words] = line.trim().split(' ');
    return { emoji, name, words: [name, ...name.split('_'), ...words] };
  });

/** The emoji one of whose words begins so, those with that name first. */
export function emojiMatching(query: string): readonly Emoji[] {
  const wanted = query.toLowerCase();
  const named = entries.filter(({ name }) => name.startsWith(wanted)).sort((a, b) => a.name.length - b.name.length);
  const other = entries.filter(
    ({ name, words }) => !name.startsWith(wanted) && words.some((w) => w.startsWith(wanted)),
  );
  return [...named, ...other].slice(0, SHOWN);
}
