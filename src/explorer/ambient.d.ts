/** Vite: the address of a file that is copied to the built page. */
declare module '*?url' {
  const address: string;
  export default address;
}

/** A part of a page as a string, its formulas typeset: see build/typesetFormulas.ts. */
declare module '*.html?typeset' {
  const html: string;
  export default html;
}

/** Of this package, written in when the page is built. */
declare const __VERSION__: string;
