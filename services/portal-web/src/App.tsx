/** The website: react-admin's providers, with a theme and pages of our own. */

import CssBaseline from '@mui/material/CssBaseline';
import { QueryClient } from '@tanstack/react-query';
import { lazy } from 'react';
import { AdminContext, CoreAdminUI, CustomRoutes, localStorageStore } from 'react-admin';
import { createBrowserRouter, Route, RouterProvider } from 'react-router-dom';
import { authProvider } from '@/account/authProvider';
import { PreferencesProvider } from '@/account/preferences';
import { dataProvider } from '@/api/dataProvider';
import { ProblemError } from '@/api/problem';
import { Loading } from '@/shell/Loading';
import { NotFound } from '@/shell/NotFound';
import { SessionGate } from '@/shell/SessionGate';
import { Shell } from '@/shell/Shell';
import { SignInPage } from '@/shell/SignInPage';
import { Toasts } from '@/shell/Toasts';
import { i18nProvider } from '@/texts/i18n';
import { darkTheme, lightTheme } from '@/theme/theme';

const HomePage = lazy(() => import('@/views/home/HomePage'));
const AppointmentList = lazy(() => import('@/views/appointments/AppointmentList'));
const AppointmentPage = lazy(() => import('@/views/appointments/AppointmentPage'));
const TransactionList = lazy(() => import('@/views/transactions/TransactionList'));
const TransactionPage = lazy(() => import('@/views/transactions/TransactionPage'));
const ErrorTrackingPage = lazy(() => import('@/views/errors/ErrorTrackingPage'));
const OperationList = lazy(() => import('@/views/operations/OperationList'));
const OperationPage = lazy(() => import('@/views/operations/OperationPage'));
const LogsPage = lazy(() => import('@/views/logs/LogsPage'));
const StatusPage = lazy(() => import('@/views/status/StatusPage'));
const ConnectorList = lazy(() => import('@/views/connectors/ConnectorList'));
const ConnectorPage = lazy(() => import('@/views/connectors/ConnectorPage'));
const ImportPage = lazy(() => import('@/views/connectors/ImportPage'));
const UserList = lazy(() => import('@/views/users/UserList'));
const AuditPage = lazy(() => import('@/views/audit/AuditPage'));
const ProfilePage = lazy(() => import('@/views/profile/ProfilePage'));

const STALE_TIME_MS = 5_000;
const store = localStorageStore(undefined, 'mboc');
const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: STALE_TIME_MS,
      retry: (count, error) => count < 2 && !(error instanceof ProblemError && error.status > 0),
    },
  },
});

/** A data router, because only a data router can block a navigation away from unsaved changes. */
export function App() {
  return <RouterProvider router={router} />;
}

function Admin() {
  return (
    <AdminContext
      authProvider={authProvider}
      dataProvider={dataProvider}
      i18nProvider={i18nProvider}
      queryClient={queryClient}
      store={store}
      theme={lightTheme}
      darkTheme={darkTheme}
      basename=""
    >
      <CssBaseline enableColorScheme />
      <CoreAdminUI
        layout={LayoutWithPreferences}
        loginPage={SignInPage}
        loading={Loading}
        catchAll={NotFound}
        ready={NotFound}
        authCallbackPage={false}
        requireAuth
        disableTelemetry
        title=""
      >
        <CustomRoutes>
          <Route path="/" element={<HomePage />} />
          <Route path="/appointments" element={<AppointmentList />} />
          <Route path="/appointments/:key" element={<AppointmentPage />} />
          <Route path="/transactions" element={<TransactionList />} />
          <Route path="/transactions/:id" element={<TransactionPage />} />
          <Route path="/errors" element={<ErrorTrackingPage />} />
          <Route path="/errors/:id" element={<TransactionPage />} />
          <Route path="/operations" element={<OperationList />} />
          <Route path="/operations/:id" element={<OperationPage />} />
          <Route path="/logs" element={<LogsPage />} />
          <Route path="/status" element={<StatusPage />} />
          <Route path="/connectors" element={<ConnectorList />} />
          <Route path="/connectors/import" element={<ImportPage />} />
          <Route path="/connectors/:id" element={<ConnectorPage />} />
          <Route path="/users" element={<UserList />} />
          <Route path="/audit" element={<AuditPage />} />
          <Route path="/profile" element={<ProfilePage />} />
        </CustomRoutes>
      </CoreAdminUI>
      <Toasts />
    </AdminContext>
  );
}

const router = createBrowserRouter([{ path: '*', element: <Admin /> }]);

function LayoutWithPreferences({ children }: { children?: React.ReactNode }) {
  return (
    <PreferencesProvider>
      <SessionGate>
        <Shell>{children}</Shell>
      </SessionGate>
    </PreferencesProvider>
  );
}
