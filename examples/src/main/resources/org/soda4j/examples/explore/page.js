'use strict';
const $ = id => document.getElementById(id);
const state = { first: null, second: null, sections: [], independent: null, drawing: null, looking: null, busy: false };

function say(text) { $('status').textContent = text; }
function fail(text) { $('error').textContent = text; $('error').hidden = false; }
function clearError() { $('error').hidden = true; }

async function answer(response) {
  if (response.ok) return response;
  let message = response.status + ' ' + response.statusText;
  try { message = (await response.json()).error || message; } catch (e) { /* no JSON: keep */ }
  throw new Error(message);
}

/** Opens an image; the button is the sample's, null for a file. */
async function open(slot, request, button) {
  clearError();
  try {
    const opened = await (await answer(await request())).json();
    state[slot] = opened.id;
    $(slot).src = opened.image;
    $(slot).hidden = false;
    if (slot === 'first') {
      document.querySelectorAll('#samples button').forEach(b => b.setAttribute('aria-pressed', b === button));
    }
    document.body.dataset[slot] = opened.id;
    enable();
    draw();
    if (slot === 'first') findNeighbours();
  } catch (e) {
    fail('Not opened: ' + e.message);
  }
}

function openFile(slot, file) {
  if (file) open(slot, () => fetch('images', { method: 'POST', body: file }), null);
}

const NEIGHBOURS = 12;

/** Those of the newest image only. */
async function findNeighbours() {
  if (state.looking) state.looking.abort();
  const mine = state.looking = new AbortController();
  $('about-neighbours').textContent = 'Looking for neighbours …';
  $('neighbours').className = 'old';
  try {
    const found = await (await answer(await fetch('neighbours', {
      method: 'POST', body: JSON.stringify({ image: state.first, count: NEIGHBOURS }), signal: mine.signal
    }))).json();
    $('neighbours').replaceChildren(...found.neighbours.map(neighbour));
    $('about-neighbours').textContent = 'The most alike of ' + found.of.toLocaleString('en')
      + ', with the cosine between their features. Enter or click goes on from one; with Shift, it is the one to mix with.';
    $('neighbours').className = '';
    document.body.dataset.neighbours = Number(document.body.dataset.neighbours || 0) + 1;
  } catch (e) {
    if (mine.signal.aborted) return;
    $('neighbours').replaceChildren();
    $('about-neighbours').textContent = 'No neighbours: ' + e.message;
  }
}

function neighbour(match, place) {
  const query = '?id=' + encodeURIComponent(match.id);
  const name = /^\d+$/.test(match.id) ? 'Image ' + match.id : match.id;
  const similarity = match.similarity.toFixed(3);
  const button = element('button', { type: 'button', id: 'neighbour-' + place, title: name },
    element('img', { src: 'neighbours' + query, alt: '', loading: 'lazy' }),
    element('span', { textContent: similarity }),
    element('span', { textContent: name, className: 'name' }));
  if (match.label && !name.startsWith(match.label + '/')) {
    button.append(element('span', { textContent: match.label, className: 'name' }));
  }
  button.addEventListener('click', event => {
    const slot = event.shiftKey ? 'second' : 'first';
    open(slot, () => fetch('neighbours/open' + query, { method: 'POST' }), null);
  });
  return button;
}

function enable() {
  document.querySelectorAll('.mix').forEach(box => { box.disabled = !state.second; });
}

function edits() {
  return {
    first: state.first,
    second: state.second,
    keep: state.sections.map(s => s.keep.checked),
    mix: state.sections.map(s => s.mix.checked),
    move: state.sections.map(s => s.moves.map(m => Number(m.value))),
    independent: state.independent.moves.map(m => Number(m.value)),
    guidance: Number($('guidance').value),
    steps: Number($('steps').value),
    seed: Number($('seed').value)
  };
}

/** Few enough steps for a first picture at once; the refined one follows. */
const PREVIEW_STEPS = 3;

/** Draws the newest edits only: an older drawing is given up, and the server stops it. */
async function draw() {
  if (!state.first) return;
  if (state.drawing) state.drawing.abort();
  const mine = state.drawing = new AbortController();
  state.busy = true;
  $('progress').removeAttribute('value');
  say('Waiting …');
  try {
    const wanted = edits();
    if (wanted.steps > PREVIEW_STEPS) {
      await drawIn({ ...wanted, steps: PREVIEW_STEPS }, mine.signal);
    }
    await drawIn(wanted, mine.signal);
    clearError();
    say('Drawn.');
    state.busy = false;
    document.body.dataset.drawn = Number(document.body.dataset.drawn || 0) + 1;
  } catch (e) {
    if (mine.signal.aborted) return;
    state.busy = false;
    $('progress').value = 0;
    say('');
    fail('Not drawn: ' + e.message);
  }
}

async function drawIn(wanted, signal) {
  const response = await answer(await fetch('draw', {
    method: 'POST', body: JSON.stringify(wanted), signal
  }));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  let finished = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const news = JSON.parse(line);
      if (news.image) {
        $('drawn').src = news.image;
        $('drawn').hidden = false;
        finished = true;
      } else if (news.error) {
        throw new Error(news.error);
      } else if (news.waiting) {
        say('Waiting for ' + news.waiting + (news.waiting === 1 ? ' drawing …' : ' drawings …'));
      } else if (news.of) {
        $('progress').max = news.of;
        $('progress').value = news.step;
        say('Step ' + news.step + ' of ' + news.of);
      }
    }
  }
  if (!finished) throw new Error('the server stopped in the middle');
}

let later = null;
function drawSoon() {
  clearTimeout(later);
  later = setTimeout(() => { later = null; draw(); }, 40);
}

function element(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

/** One for each direction, with the share of the variance that lies along it. */
function sliders(explained, id, name) {
  const moves = explained.map((share, k) =>
    element('input', { type: 'range', min: -4, max: 4, step: 0.25, value: 0, id: id + '-' + k }));
  const rows = moves.map((slider, k) => {
    const shown = element('output', { textContent: '0.00' });
    slider.addEventListener('input', () => { shown.textContent = Number(slider.value).toFixed(2); drawSoon(); });
    return element('label', {}, name + ' ' + (k + 1) + ' (' + Math.round(100 * explained[k]) + ' %)', slider, shown);
  });
  return { moves, rows };
}

function independent(explained) {
  state.independent = sliders(explained, 'independent', 'IC');
  if (!explained.length) return;
  const box = element('fieldset', { id: 'independent' },
    element('legend', { textContent: 'Whole latent' }),
    element('div', { className: 'moves' }, ...state.independent.rows));
  $('sections').append(box);
}

function section(info) {
  const i = info.index;
  const keep = element('input', { type: 'checkbox', checked: true, id: 'keep-' + i });
  const mix = element('input', { type: 'checkbox', id: 'mix-' + i, className: 'mix', disabled: true });
  const { moves, rows } = sliders(info.explained, 'move-' + i, 'PC');
  const box = element('fieldset', {},
    element('legend', { textContent: 'Section ' + i + ' · ' + info.resolutions.join(', ') }),
    element('label', {}, keep, ' on'),
    element('label', {}, mix, ' from the second image'),
    element('div', { className: 'moves' }, ...rows));
  keep.addEventListener('change', () => { box.classList.toggle('off', !keep.checked); drawSoon(); });
  mix.addEventListener('change', drawSoon);
  $('sections').append(box);
  state.sections.push({ keep, mix, moves, box, rows });
}

function reset() {
  for (const s of state.sections) {
    s.keep.checked = true;
    s.mix.checked = false;
    s.box.classList.remove('off');
  }
  for (const { moves, rows } of [...state.sections, state.independent]) {
    moves.forEach((m, k) => { m.value = 0; rows[k].querySelector('output').textContent = '0.00'; });
  }
  $('guidance').value = 0.3;
  $('guidance-value').textContent = '0.3';
  draw();
}

function sample(index) {
  const picture = element('img', { src: 'samples/' + index, alt: 'Sample ' + (index + 1) });
  const button = element('button', { type: 'button', id: 'sample-' + index }, picture);
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', event => {
    const slot = event.shiftKey ? 'second' : 'first';
    open(slot, () => fetch('samples/' + index, { method: 'POST' }), button);
  });
  $('samples').append(button);
}

for (const slot of ['first', 'second']) {
  $('file-' + slot).addEventListener('change', event => {
    openFile(slot, event.target.files[0]);
    event.target.value = ''; // The same file can be chosen again.
  });
  const target = $('drop-' + slot);
  target.addEventListener('dragover', event => { event.preventDefault(); target.classList.add('over'); });
  target.addEventListener('dragleave', () => target.classList.remove('over'));
  target.addEventListener('drop', event => {
    event.preventDefault();
    target.classList.remove('over');
    openFile(slot, event.dataTransfer.files[0]);
  });
}
// A file dropped beside the frames must not replace the page.
window.addEventListener('dragover', event => event.preventDefault());
window.addEventListener('drop', event => event.preventDefault());
$('guidance').addEventListener('input', event => { $('guidance-value').textContent = event.target.value; drawSoon(); });
$('steps').addEventListener('change', drawSoon);
$('seed').addEventListener('change', drawSoon);
$('reset').addEventListener('click', reset);

(async () => {
  try {
    const model = await (await answer(await fetch('model'))).json();
    $('about').textContent = 'Images of ' + model.image[1] + ' x ' + model.image[2] + ' pixels, a latent of '
      + model.sections.reduce((sum, s) => sum + s.size, 0) + ' numbers in ' + model.sections.length + ' sections.';
    $('steps').max = model.maxSteps;
    $('steps').value = Math.min(10, model.maxSteps);
    independent(model.independent);
    model.sections.forEach(section);
    for (let i = 0; i < model.samples; i++) sample(i);
    document.body.dataset.ready = 'yes';
  } catch (e) {
    fail('The server does not answer: ' + e.message);
  }
})();
