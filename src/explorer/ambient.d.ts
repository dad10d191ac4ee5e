/** Vite: the address of a file that is copied to the built page. */
declare module '*?url' {
  const address: string;
  export default address;
}
