type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/** The form of a word for a number, for languages with more than two; `#` stands for the number. */
export function counted(language: string, n: number, forms: Forms): string {
  const form = forms[new Intl.PluralRules(language).select(n)] ?? forms.other;
  return form.replace('#', n.toLocaleString(language));
}
