// ---- Sentences, with names and numbers filled in; lists ---------------------------------------------

const words = (key, names) => data.sentences[key].replace(/\{(\w+)\}/g, (_, name) => names[name]);
const listed = (texts, most = 8) =>
  [...texts.slice(0, most), ...(texts.length > most ? [`and ${counted(texts.length - most)} more`] : [])].join(", ");
