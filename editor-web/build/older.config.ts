/**
 * Builds an editor from before, for the tests: one whose schema lacks what is named in `OLDER_WITHOUT`, and that
 * otherwise is this one.
 */
import { mergeConfig, type Plugin } from 'vite';
import config from '../vite.config.ts';

const without = (process.env.OLDER_WITHOUT ?? '').split(',');

function olderSchema(): Plugin {
  return {
    name: 'older-schema',
    enforce: 'pre',
    transform(code, id) {
      if (!/src[\\/]editor[\\/]extensions\.ts$/.test(id)) return null;
      return `${code.replace('export const schema:', 'const all:')}
export const schema: Extensions = all.filter(({ name }) => !${JSON.stringify(without)}.includes(name));`;
    },
  };
}

export default mergeConfig(config, { plugins: [olderSchema()] });
