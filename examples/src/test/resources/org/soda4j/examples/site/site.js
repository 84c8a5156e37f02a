// The page index: every word of the query has to be in a section's heading or text; headings count more.
const query = document.getElementById('query');
const found = document.getElementById('found');
const root = document.body.dataset.root;
if (matchMedia('(min-width: 1000px)').matches) document.querySelector('details').open = true;
query.addEventListener('input', () => {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  found.replaceChildren();
  if (!words.length) return;
  SECTIONS.map(s => ({ s, title: (s.page + ' ' + s.heading).toLowerCase(), text: s.text.toLowerCase() }))
    .filter(e => words.every(w => e.title.includes(w) || e.text.includes(w)))
    .map(e => ({ ...e, score: words.filter(w => e.title.includes(w)).length }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 12)
    .forEach(e => {
      const link = document.createElement('a');
      link.href = root + e.s.url;
      link.textContent = e.s.heading === e.s.page ? e.s.page : e.s.page + ': ' + e.s.heading;
      const at = Math.max(0, e.text.indexOf(words[0]) - 40);
      const small = document.createElement('small');
      small.textContent = e.s.text.slice(at, at + 110);
      link.append(small);
      const item = document.createElement('li');
      item.append(link);
      found.append(item);
    });
  if (!found.children.length) found.textContent = 'Nothing. The Javadoc has a search of its own.';
});
