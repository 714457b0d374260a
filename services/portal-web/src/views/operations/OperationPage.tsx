export default function OperationPage() { return <p>OperationPage</p>; }
