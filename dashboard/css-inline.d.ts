/** Vite hands in the style sheet as text, so that it can live in a component. */
declare module "*.css?inline" {
  const text: string;
  export default text;
}
