// The page index: every word of the query has to be in a section's heading or text; headings count more, then how often it occurs; the changelog comes last.
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
    .map(e => ({ ...e, score: words.reduce((sum, w) => sum + (e.title.includes(w) ? 10 : 0)
      + Math.min(9, e.text.split(w).length - 1), 0) - (e.s.page === 'Changelog' ? 99 : 0) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 12)
    .forEach(e => {
      const link = document.createElement('a');
      link.href = root + e.s.url;
      link.textContent = e.s.heading === e.s.page ? e.s.page : e.s.page + ': ' + e.s.heading;
      const word = Math.max(0, e.text.indexOf(words[0]));
      const at = word < 40 ? 0 : e.s.text.indexOf(' ', word - 40) + 1;
      const small = document.createElement('small');
      small.textContent = (at ? '… ' : '') + e.s.text.slice(at, at + 110).replace(/\s\S*$/, ' …');
      link.append(small);
      const item = document.createElement('li');
      item.append(link);
      found.append(item);
    });
  if (!found.children.length) found.textContent = 'Nothing. The Javadoc has a search of its own.';
});
