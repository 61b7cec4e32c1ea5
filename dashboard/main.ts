import "./styles/tokens.css";
import "./pages/overview-page.ts";
