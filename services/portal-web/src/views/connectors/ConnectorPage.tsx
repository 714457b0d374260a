export default function ConnectorPage() { return <p>ConnectorPage</p>; }
