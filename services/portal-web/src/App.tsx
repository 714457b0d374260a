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
import { Shell } from '@/shell/Shell';
import { SignInPage } from '@/shell/SignInPage';
import { Toasts } from '@/shell/Toasts';
import { i18nProvider } from '@/texts/i18n';
import { darkTheme, lightTheme } from '@/theme/theme';

const Home = lazy(() => import('@/views/home/HomePage'));
const Appointments = lazy(() => import('@/views/appointments/AppointmentList'));
const AppointmentPage = lazy(() => import('@/views/appointments/AppointmentPage'));
const Transactions = lazy(() => import('@/views/transactions/TransactionList'));
const DeliveryPage = lazy(() => import('@/views/transactions/TransactionPage'));
const ErrorTracking = lazy(() => import('@/views/errors/ErrorTrackingPage'));
const Operations = lazy(() => import('@/views/operations/OperationList'));
const OperationPage = lazy(() => import('@/views/operations/OperationPage'));
const Logs = lazy(() => import('@/views/logs/LogsPage'));
const StatusPage = lazy(() => import('@/views/status/StatusPage'));
const Connectors = lazy(() => import('@/views/connectors/ConnectorList'));
const ConnectorPage = lazy(() => import('@/views/connectors/ConnectorPage'));
const ImportPage = lazy(() => import('@/views/connectors/ImportPage'));
const Users = lazy(() => import('@/views/users/UserList'));
const Audit = lazy(() => import('@/views/audit/AuditPage'));
const Profile = lazy(() => import('@/views/profile/ProfilePage'));

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

function Portal() {
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
          <Route path="/" element={<Home />} />
          <Route path="/appointments" element={<Appointments />} />
          <Route path="/appointments/:key" element={<AppointmentPage />} />
          <Route path="/transactions" element={<Transactions />} />
          <Route path="/transactions/:id" element={<DeliveryPage />} />
          <Route path="/errors" element={<ErrorTracking />} />
          <Route path="/errors/:id" element={<DeliveryPage />} />
          <Route path="/operations" element={<Operations />} />
          <Route path="/operations/:id" element={<OperationPage />} />
          <Route path="/logs" element={<Logs />} />
          <Route path="/status" element={<StatusPage />} />
          <Route path="/connectors" element={<Connectors />} />
          <Route path="/connectors/import" element={<ImportPage />} />
          <Route path="/connectors/:id" element={<ConnectorPage />} />
          <Route path="/users" element={<Users />} />
          <Route path="/audit" element={<Audit />} />
          <Route path="/profile" element={<Profile />} />
        </CustomRoutes>
      </CoreAdminUI>
      <Toasts />
    </AdminContext>
  );
}

const router = createBrowserRouter([{ path: '*', element: <Portal /> }]);

function LayoutWithPreferences({ children }: { children?: React.ReactNode }) {
  return (
    <PreferencesProvider>
      <Shell>{children}</Shell>
    </PreferencesProvider>
  );
}
