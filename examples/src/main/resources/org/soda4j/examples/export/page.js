'use strict';
// Encodes images in the browser and shows which of the gallery are nearest by cosine similarity.
const NEIGHBOURS = 5;
const element = (id) => document.getElementById(id);
let session;
let gallery;

function say(text, error) {
  element('status').textContent = text;
  element('status').className = error ? 'error' : '';
}

// The image's own pixels, as the model wants them; the graph cuts and resizes.
async function pixels(blob) {
  const imageOrientation = gallery.upright ? 'from-image' : 'none';
  const bitmap = await createImageBitmap(blob, {imageOrientation, colorSpaceConversion: 'none'});
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d', {willReadFrequently: true});
  if (gallery.background) {
    context.fillStyle = gallery.background;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.drawImage(bitmap, 0, 0);
  const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const rgb = new Uint8Array(canvas.width * canvas.height * 3);
  for (let i = 0, j = 0; j < rgb.length; i += 4, j += 3) {
    rgb[j] = rgba[i];
    rgb[j + 1] = rgba[i + 1];
    rgb[j + 2] = rgba[i + 2];
  }
  return new ort.Tensor('uint8', rgb, [1, canvas.height, canvas.width, 3]);
}

function cosine(a, b) {
  let product = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return product / Math.sqrt(Math.max(aa * bb, 1e-24));
}

function figure(source, caption) {
  const result = document.createElement('figure');
  const image = document.createElement('img');
  image.src = source;
  image.alt = caption;
  const text = document.createElement('figcaption');
  text.textContent = caption;
  result.append(image, text);
  return result;
}

async function show(blob, name) {
  try {
    const started = performance.now();
    const outputs = await session.run({pixels: await pixels(blob)});
    const millis = performance.now() - started;
    const features = outputs[gallery.output].data;
    const nearest = gallery.images
        .map((image) => ({image, similarity: cosine(features, image.features)}))
        .sort((a, b) => b.similarity - a.similarity)
        .slice(0, NEIGHBOURS);
    const row = document.createElement('div');
    row.className = 'result';
    const neighbours = document.createElement('div');
    neighbours.className = 'neighbours';
    for (const {image, similarity} of nearest) {
      neighbours.append(figure(image.source, `${image.name} ${similarity.toFixed(3)}`));
    }
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    const latent = Array.from(outputs.latent.data);
    summary.textContent = `Latent: ${latent.length} numbers, ${millis.toFixed(0)} ms`;
    const numbers = document.createElement('code');
    numbers.textContent = latent.map((value) => value.toFixed(3)).join(' ');
    details.append(summary, numbers);
    row.append(figure(URL.createObjectURL(blob), name), neighbours, details);
    element('results').prepend(row);
    say('');
    document.body.dataset.encoded = Number(document.body.dataset.encoded || 0) + 1;
  } catch (error) {
    say(`${name}: ${error.message || error}`, true);
  }
}

async function showAll(files) {
  for (const file of files) {
    await show(file, file.name);
  }
}

async function start() {
  if (location.protocol === 'file:') {
    throw new Error('browsers load no models from files; serve this folder'
        + ' (python3 -m http.server, or jwebserver) and open http://localhost:8000');
  }
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL('ort/', location.href).href;
  gallery = await (await fetch('gallery.json')).json();
  session = await ort.InferenceSession.create('encoder-uint8.onnx', {executionProviders: ['wasm']});
  for (const image of gallery.images) {
    const button = document.createElement('button');
    const picture = document.createElement('img');
    picture.src = image.source;
    picture.alt = image.name;
    picture.title = image.name;
    button.append(picture);
    button.addEventListener('click', async () =>
        show(await (await fetch(image.source)).blob(), image.name));
    element('gallery').append(button);
  }
  element('files').addEventListener('change', (event) => showAll(event.target.files));
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
    addEventListener(type, (event) => {
      event.preventDefault();
      document.body.classList.toggle('dragging', type === 'dragenter' || type === 'dragover');
    });
  }
  addEventListener('drop', (event) => showAll(event.dataTransfer.files));
  say('Ready.');
  document.body.dataset.ready = 'true';
}

start().catch((error) => say(String(error.message || error), true));
