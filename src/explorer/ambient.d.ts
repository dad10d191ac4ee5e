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

/** Imported for what they do: they give operations their gradients, and tensors their methods. */
declare module '@tensorflow/tfjs-core/dist/register_all_gradients';
declare module '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';

/** Of this package, written in when the page is built. */
declare const __VERSION__: string;
/** Whether the page is built, and not served while its sources change. */
declare const __BUILT__: boolean;
