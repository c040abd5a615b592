/** Every state of the UI on fakes: all of them side by side, or one with `?state=name`, in another language with `&language=de`. */
import { LANGUAGES } from '../ui/locale/language.ts';
import { STATES, show } from './states.ts';

const parameters = new URLSearchParams(location.search);
const state = STATES.find((one) => one.name === parameters.get('state'));

if (state === undefined) {
  document.body.className = 'index';
  const list = document.createElement('div');
  list.className = 'states';
  for (const one of STATES) {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const link = document.createElement('a');
    link.href = `?state=${one.name}`;
    link.textContent = one.title;
    const frame = document.createElement('iframe');
    frame.loading = 'lazy';
    frame.title = one.title;
    frame.src = `?state=${one.name}`;
    caption.append(link);
    figure.append(caption, frame);
    list.append(figure);
  }
  document.body.append(list);
} else {
  await show(state, document.body, LANGUAGES.find((one) => one === parameters.get('language')));
  document.documentElement.dataset.stands = state.name;
}
